internal import DurableActors
internal import Locks

/// What the driver does: choose, run, and move time when there is nothing to choose.
extension SimulatedScheduler {
    /// How long it waits before it moves time in a world where work has escaped before.
    static let patienceBeforeTime: UInt64 = 3_000_000

    private enum Step {
        case item(any Schedulable)
        case commit(any IdleWork)
        case nothing
    }

    /// Makes the calling thread the driver while `body` runs.
    func drive<Result>(_ phase: String, _ body: () throws -> Result) rethrows -> Result {
        state.withLock { state in
            precondition(state.driver == 0, "A simulated world is driven by one thread and not from within a run.")
            state.driver = NativeThread.currentID
            state.phase = phase
        }
        defer { state.withLock { $0.driver = 0 } }
        return try body()
    }

    /// Runs what is ready until `isDone`; moves time to the next timer, at most to `limit`, when nothing is ready.
    ///
    /// Nil for `isDone` means until nothing is ready and no timer is due by the limit.
    func pump(
        until isDone: (() -> Bool)?,
        timeLimit limit: UInt64,
        maximumSteps: Int = SimulatedWorld.defaultMaximumSteps
    ) throws(SimulationError) {
        for _ in 0..<maximumSteps {
            if let isDone, isDone() { return }
            if fireDue() { continue }
            switch takeStep() {
            case .item(let item): run(item)
            case .commit(let work): _ = work.performInline()
            case .nothing:
                if waitForArrival(Self.patienceBeforeTime, onlyAfterEscapes: true) { continue }
                if moveTime(atMost: limit) { continue }
                guard let isDone else { return }
                if !waitForArrival(patience, onlyAfterEscapes: false), !isDone() { throw stuck(limit) }
            }
        }
        throw error(.livelock, "\(maximumSteps) steps have passed.")
    }

    private func run(_ item: any Schedulable) {
        let isTask = item is JobItem || (item as? ProcessScheduler.Item)?.item is JobItem
        state.withLock { $0.isInTask = isTask }
        defer { state.withLock { $0.isInTask = false } }
        item.runReady()
    }

    private func takeStep() -> Step {
        state.withLock { state in
            let committers =
                state.holdsIdleWork ? [] : state.idleWork.filter { $0.isPending || $0.isPendingLater }
            let count = state.ready.count
            switch order {
            case .arrival where count > 0: return .item(state.ready.removeFirst())
            case .seeded where count > 0:
                let choice = choices.below(count + committers.count)
                return choice < count ? .item(state.ready.remove(at: choice)) : .commit(committers[choice - count])
            default: return committers.first.map { .commit($0) } ?? .nothing
            }
        }
    }

    /// Fires one timer that is due.
    private func fireDue() -> Bool {
        let now = clock.uptimeNanoseconds
        guard let entry = state.withLock({ $0.timers.popDue(at: now) }) else { return false }
        entry.action()
        return true
    }

    private func moveTime(atMost limit: UInt64) -> Bool {
        let next = state.withLock { state in
            state.timers.dropCancelled()
            return state.timers.earliest
        }
        guard let next, next <= limit else { return false }
        clock.move(toUptime: max(next, clock.uptimeNanoseconds))
        return true
    }

    /// Waits for work from another thread; true when there is some.
    private func waitForArrival(_ nanoseconds: UInt64, onlyAfterEscapes: Bool) -> Bool {
        if onlyAfterEscapes, state.withLock({ $0.escapes.isEmpty }) { return false }
        var arrived = false
        arrivals.wait(nanoseconds: nanoseconds) {
            arrived = self.state.withLock { !$0.ready.isEmpty }
            return arrived
        }
        return arrived
    }

    private func stuck(_ limit: UInt64) -> SimulationError {
        let (due, holds) = state.withLock {
            ($0.timers.earliest, $0.holdsIdleWork && $0.idleWork.contains(where: \.isPending))
        }
        let commits = holds ? " Commits are held." : ""
        guard let due else { return error(.deadlock, "Nothing is ready and no timer is set.\(commits)") }
        return error(
            .waitsForTime,
            "The next timer is due in \((due - clock.uptimeNanoseconds) / 1_000_000) ms and time may not pass.\(commits)"
        )
    }

    private func error(_ code: SimulationError.Code, _ detail: String) -> SimulationError {
        SimulationError(code: code, phase: state.withLock { $0.phase }, seed: seed, detail: detail)
    }
}
