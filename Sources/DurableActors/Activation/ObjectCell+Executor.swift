internal import Distributed
internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell: TaskExecutor, Schedulable {
    /// How many jobs one object may run before others get their turn.
    static let jobsPerTurnOnThread = 64

    /// How many jobs an event that runs in place may take on the thread of who sent it.
    static let jobsInPlace = 8

    /// Takes a job of the object's tasks.
    package func enqueue(_ job: consuming ExecutorJob) {
        accept(.job(UnownedJob(job)))
    }

    /// Takes something to run: from the running turn itself as what follows it, else behind all that waits.
    ///
    /// What follows a turn is mostly the same task stepping in or out of the object's isolation. It does not starve the
    /// others, since it goes to the back of the queue with the cell when the cell's time is up.
    func accept(_ work: CellWork) {
        if isCurrent, following == nil {
            following = work
            return
        }
        let wake = entrance.withLock { entrance in
            entrance.work.append(work)
            return entrance.schedule()
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    /// Runs an action of the runtime on the cell, before any waiting job.
    package func perform(_ action: @escaping @Sendable () -> Void) { perform(.action(action)) }

    /// Has it go on, as an action.
    func perform(_ passage: any OutputPassage) { perform(.passage(passage)) }

    private func perform(_ action: CellWork) {
        let wake = entrance.withLock { entrance in
            entrance.actions.append(action)
            hasActions.store(true, ordering: .relaxed)
            return entrance.schedule()
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    /// Runs what waits, a bounded number, and seals the writes of each turn.
    package func runReady() {
        runningThread.store(NativeThread.currentID, ordering: .relaxed)
        var budget = Self.jobsPerTurnOnThread
        while let work = nextWork(budget) {
            runTurn(from: work)
            budget -= 1
        }
        if budget == 0 { host.world.scheduler.enqueue(self) }
    }

    /// Runs an event at once on the calling thread, which has taken the cell under the entrance's lock.
    func runInPlace(_ event: ObjectEvent) {
        runTurn(from: .event(event))
        var budget = Self.jobsInPlace
        while budget > 0, !hasActions.load(ordering: .relaxed), let work = following.take() {
            runTurn(from: work)
            budget -= 1
        }
        let hasMore = entrance.withLock { entrance in
            // Given back under the lock, as when the queue is empty.
            runningThread.store(0, ordering: .relaxed)
            if following != nil || !entrance.work.isEmpty || !entrance.actions.isEmpty { return true }
            entrance.rest()
            return false
        }
        if hasMore { host.world.scheduler.enqueue(self) }
    }

    /// Runs a turn: jobs of one task that follow each other, since it has stepped in or out of the object's isolation.
    ///
    /// To its code that is no suspension, so nothing may come between, and what it writes is sealed at its end.
    @inline(__always)
    private func runTurn(from first: CellWork) {
        if case .event(let event) = first {
            // An event waits in the queue only while the incarnation lives that it was admitted to.
            if let living, let job = EventRunner.begin(event, in: living) { runSteps(from: .job(job)) }
        } else {
            runSteps(from: first)
        }
        isEntering = false
        if let living, living.hasWritesToSeal || promised > lastSealed { endTurn(of: living) }
    }

    @inline(__always)
    private func runSteps(from first: CellWork) {
        run(first)
        var last = first
        while let next = following, next.isStep(from: last) {
            following = nil
            run(next)
            last = next
        }
    }

    @inline(__always)
    private func run(_ work: CellWork) {
        switch work {
        case .job(let job):
            // Safe because the queue holds each job once, and the cell is the executor its task prefers.
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        case .isolatedJob(let job):
            // Safe because the queue holds each job once, and the cell's isolation is the job's executor.
            unsafe job.runSynchronously(
                isolatedTo: isolation.asUnownedSerialExecutor(),
                taskExecutor: asUnownedTaskExecutor()
            )
        case .action(let action):
            action()
        case .passage(let passage): passage.hasPassed()
        case .event: break
        }
    }

    /// The next thing to run; nil when there is none, or when the budget is spent and the cell goes to the back.
    ///
    /// What follows the last turn stays in front then, so that events begin in the order of their arrival.
    @inline(__always)
    private func nextWork(_ budget: Int) -> CellWork? {
        if budget > 0, !hasActions.load(ordering: .relaxed), let work = following.take() { return work }
        return entrance.withLock { entrance in
            if budget > 0 {
                if let action = entrance.actions.popFirst() { return action }
                hasActions.store(false, ordering: .relaxed)
                if let work = following.take() ?? entrance.work.popFirst() {
                    if case .event = work { entrance.queuedEvents -= 1 }
                    return work
                }
                entrance.rest()
            }
            // Given back under the lock, so that it never overwrites the number of the next thread.
            runningThread.store(0, ordering: .relaxed)
            return nil
        }
    }
}
