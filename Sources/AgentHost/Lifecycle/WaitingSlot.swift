internal import DurableActors
internal import Locks

/// A result that a thread waits for.
final class WaitingSlot<Output: Sendable>: Sendable {
    private let slot = Mutex<Result<Output, any Error>?>(nil)
    private let lot = ParkingLot()

    func set(_ result: Result<Output, any Error>) {
        slot.withLock { $0 = result }
        lot.signal()
    }

    func wait() throws -> Output {
        lot.wait(nanoseconds: nil) { self.slot.withLock { $0 != nil } }
        guard let result = slot.withLock({ $0 }) else { preconditionFailure("A slot was left before it was set.") }
        return try result.get()
    }
}
