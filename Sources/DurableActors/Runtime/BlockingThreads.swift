internal import Locks

/// A few threads for calls that block, started as needed and kept.
final class BlockingThreads: Sendable {
    private static let maximum = 16

    private struct State {
        var work: [@Sendable () -> Void] = []
        var threads = 0
        var waiting = 0
        var stopped = false
    }

    private let state = Mutex(State())
    private let lot = ParkingLot()

    func run(_ work: @escaping @Sendable () -> Void) {
        let startThread = state.withLock { state in
            state.work.append(work)
            guard state.waiting < state.work.count, state.threads < Self.maximum else { return false }
            state.threads += 1
            return true
        }
        if startThread { NativeThread.start { self.serve() } }
        lot.signal()
    }

    func stop() {
        state.withLock { $0.stopped = true }
        lot.broadcast()
    }

    private func serve() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { $0.waiting += 1 }
        var result: (@Sendable () -> Void)?
        lot.wait(nanoseconds: nil) {
            self.state.withLock { state in
                if !state.work.isEmpty { result = state.work.removeFirst() }
                return result != nil || state.stopped
            }
        }
        state.withLock { $0.waiting -= 1 }
        return result
    }
}
