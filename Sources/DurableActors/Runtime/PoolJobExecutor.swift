internal import Locks

/// Runs jobs of tasks that belong to no object on the pool's lanes.
final class PoolJobExecutor: TaskExecutor {
    private let pool: WorkerPool

    init(pool: WorkerPool) { self.pool = pool }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        pool.enqueue(.job(unowned))
    }
}

/// One job of a task as an item of its own, for schedulers that know nothing else.
package final class JobItem: Schedulable {
    private let job: UnownedJob
    private let executor: any TaskExecutor

    package init(job: UnownedJob, executor: any TaskExecutor) {
        self.job = job
        self.executor = executor
    }

    /// Runs the job on the calling thread.
    package func runReady() {
        // Safe because the item is enqueued once; the executor is kept alive by this item.
        unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
    }
}

/// Holds the pool's executor, which refers back to the pool.
final class PoolJobExecutorBox: Sendable {
    private let box = Mutex<PoolJobExecutor?>(nil)

    func attach(_ pool: WorkerPool) {
        box.withLock { $0 = PoolJobExecutor(pool: pool) }
    }

    var executor: PoolJobExecutor {
        box.withLock { executor in
            guard let executor else { preconditionFailure("The pool has not been started.") }
            return executor
        }
    }
}
