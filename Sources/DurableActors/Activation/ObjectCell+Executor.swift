internal import Distributed
internal import Synchronization

extension ObjectCell: SerialExecutor, TaskExecutor, Schedulable {
    /// How many jobs one object may run before others get their turn.
    static let jobsPerTurnOnThread = 64

    /// Takes a job of the object's tasks.
    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let wake = runQueue.withLock { queue in
            queue.jobs.append(unowned)
            defer { queue.scheduled = true }
            return !queue.scheduled
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    /// Runs an action of the runtime on the cell, before any waiting job.
    package func perform(_ action: @escaping @Sendable () -> Void) {
        let wake = runQueue.withLock { queue in
            queue.actions.append(action)
            defer { queue.scheduled = true }
            return !queue.scheduled
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    package func checkIsolated() {
        precondition(isCurrent, "Code of \(objectClass.className) runs outside its executor.")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    /// Runs waiting jobs, a bounded number, and seals the writes of each turn.
    package func runReady() {
        let outer = Self.onThread.value
        Self.onThread.set(self)
        runningThread.store(NativeThread.currentID, ordering: .relaxed)
        var budget = Self.jobsPerTurnOnThread
        while let work = nextWork(budget) {
            switch work {
            case .job(let job):
                // Safe because the queue holds each job once, and the cell is the job's executor.
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .action(let action):
                action()
            }
            endTurn()
            budget -= 1
        }
        Self.onThread.set(outer)
        if budget == 0 { host.world.scheduler.enqueue(self) }
    }

    /// The next thing to run; nil when there is none, or when the budget is spent and the cell goes to the back.
    private func nextWork(_ budget: Int) -> Work? {
        runQueue.withLock { queue in
            if budget > 0 {
                if let action = queue.actions.popFirst() { return .action(action) }
                if let job = queue.jobs.popFirst() { return .job(job) }
                queue.scheduled = false
            }
            // Given back under the lock, so that it never overwrites the number of the next thread.
            runningThread.store(0, ordering: .relaxed)
            return nil
        }
    }

    private func endTurn() {
        if let current, !current.storage.open.isEmpty || promised > lastSealed { seal(current) }
    }
}
