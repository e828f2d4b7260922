internal import DurableActors
internal import Locks

/// When the streams of a node must be over, with one timer for all of them.
///
/// A stream that ends in time leaves at once, so that calls with long deadlines cost nothing when they are done.
final class LinkExpiries: Sendable {
    private struct State {
        var last: UInt64 = 0
        var entries: [UInt64: (due: UInt64, stream: LinkStream)] = [:]
        var timer: (due: UInt64, token: TimerToken)?
    }

    /// How long at least there is between two looks at all streams: 1 ms.
    private static let pause: UInt64 = 1_000_000

    private let world: World
    private let state = Mutex(State())

    init(world: World) { self.world = world }

    /// Has the stream told at a time; returns the number to stop that with.
    func add(_ stream: LinkStream, due: UInt64) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.entries[state.last] = (due, stream)
            if due < state.timer?.due ?? .max { setTimer(&state, due) }
            return state.last
        }
    }

    func remove(_ number: UInt64) {
        // Let go of outside the lock, since that may end more than the stream.
        withExtendedLifetime(state.withLock { $0.entries.removeValue(forKey: number) }) {}
    }

    private func setTimer(_ state: inout State, _ due: UInt64) {
        state.timer?.token.cancel()
        state.timer = (due, world.scheduler.schedule(atUptime: due) { [weak self] in self?.look() })
    }

    private func look() {
        let now = world.clock.uptimeNanoseconds
        let late = state.withLock { state in
            state.timer = nil
            let late = state.entries.filter { $0.value.due <= now }
            for number in late.keys { state.entries[number] = nil }
            if let next = state.entries.values.map(\.due).min() { setTimer(&state, max(next, now + Self.pause)) }
            return late
        }
        for (_, entry) in late.sorted(by: { $0.key < $1.key }) { entry.stream.expired(now: now) }
    }
}
