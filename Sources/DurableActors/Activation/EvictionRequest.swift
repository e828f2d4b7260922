internal import Locks

/// Ends an object's time in memory on request: waits until what runs has ended, at most 30 seconds.
///
/// What it is: a look at the object on its own cell, and another whenever the incarnation says that it may have become
/// idle. So nothing is polled; a look that finds only jobs about to run is repeated behind them, at the same time.
package final class EvictionRequest: Sendable {
    /// How a request ended.
    package enum Outcome: Sendable {
        case evicted
        /// There was nothing in memory to begin with.
        case notRunning
        /// The class says that its objects stay in memory.
        case prevented
        /// The object was not idle within the time.
        case busy
    }

    /// How long a request waits: 30 seconds.
    package static let limitNanoseconds: UInt64 = 30_000_000_000

    private struct State {
        var answer: (@Sendable (Outcome) -> Void)?
        var timer: TimerToken?
    }

    private let cell: ObjectCell
    private let closesSockets: Bool
    private let state: Mutex<State>

    private init(_ cell: ObjectCell, closesSockets: Bool, _ answer: @escaping @Sendable (Outcome) -> Void) {
        self.cell = cell
        self.closesSockets = closesSockets
        state = Mutex(State(answer: answer))
    }

    /// Evicts the object of a cell with those inside it; its sockets stay unless they are to be closed.
    ///
    /// Callable from anywhere.
    package static func evict(_ cell: ObjectCell, closesSockets: Bool) async -> Outcome {
        await withCheckedContinuation { continuation in
            let request = EvictionRequest(cell, closesSockets: closesSockets) { continuation.resume(returning: $0) }
            cell.perform { request.begin() }
        }
    }

    private func begin() {
        guard let incarnation = cell.current else { return finish(.notRunning) }
        guard !cell.objectClass.preventsEviction else { return finish(.prevented) }
        for facet in incarnation.facets.withLock({ $0.cells }) {
            facet.perform { [closesSockets] in EvictionRequest(facet, closesSockets: closesSockets) { _ in }.begin() }
        }
        let world = cell.host.world
        let due = world.clock.uptimeNanoseconds + Self.limitNanoseconds
        let timer = world.scheduler.schedule(atUptime: due) { [self] in finish(.busy) }
        state.withLock { $0.timer = timer }
        look(at: incarnation)
    }

    private func look(at incarnation: Incarnation) {
        guard state.withLock({ $0.answer != nil }) else { return }
        if incarnation.death != nil || cell.evict(incarnation) {
            if closesSockets, cell.current == nil { cell.dropSockets() }
            return finish(.evicted)
        }
        let lookAgain: @Sendable () -> Void = { [self] in cell.perform { [self] in look(at: incarnation) } }
        let isOpen = cell.entrance.withLock { $0.phase == .live && $0.gate.isOpen }
        if isOpen, incarnation.running.count == 0, incarnation.holds == 0 {
            let world = cell.host.world
            _ = world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds, lookAgain)
        } else {
            incarnation.idleWaiters.append(lookAgain)
        }
    }

    private func finish(_ outcome: Outcome) {
        let (answer, timer) = state.withLock { state in (state.answer.take(), state.timer.take()) }
        timer?.cancel()
        answer?(outcome)
    }
}
