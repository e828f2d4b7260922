internal import Glibc
internal import Locks

/// A reactor without sockets: threads wait on a condition variable.
public final class ParkingReactor: Reactor {
    private let lot = ParkingLot()
    private let wakeUps = Mutex(0)

    /// Makes the reactor.
    public init() {}

    /// Waits for a wake-up or the end of the time.
    public func wait(nanoseconds: UInt64?) {
        // Only to look is not to wait: the wake-up is for a thread that does.
        if nanoseconds == 0 || takeWakeUp() { return }
        lot.wait(nanoseconds: nanoseconds) { self.takeWakeUp() }
    }

    /// Lets one waiting thread go.
    public func wake() {
        wakeUps.withLock { $0 = min($0 + 1, 64) }
        lot.signal()
    }

    private func takeWakeUp() -> Bool {
        wakeUps.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}
