package import DurableActors
internal import Locks

/// One process of a simulated world: what it has ready or set runs on the world's scheduler until it ends.
///
/// After `shutdown` nothing of it runs any more, as when a process is killed; others go on.
package final class ProcessScheduler: Scheduler, TaskExecutor {
    private struct State {
        var hasEnded = false
        var idleWork: [any IdleWork] = []
    }

    private let shared: SimulatedScheduler
    private let state = Mutex(State())

    /// A process that begins now.
    package init(on shared: SimulatedScheduler) { self.shared = shared }

    private var hasEnded: Bool { state.withLock { $0.hasEnded } }

    package func enqueue(_ item: any Schedulable) { shared.enqueue(Item(item, self)) }

    package var laneCount: Int { shared.laneCount }

    package var currentLane: Int? { shared.currentLane }

    package func enqueue(_ job: consuming ExecutorJob) {
        enqueue(JobItem(job: UnownedJob(job), executor: self))
    }

    package func takeTurnInPlace() -> Bool { !hasEnded && shared.takeTurnInPlace() }

    package func schedule(atUptime due: UInt64, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        shared.schedule(atUptime: due) { [weak self] in if self?.hasEnded == false { action() } }
    }

    package func runBlocking(_ work: @escaping @Sendable () -> Void) {
        shared.runBlocking { [self] in if !hasEnded { work() } }
    }

    package var taskExecutor: any TaskExecutor { self }

    package func setIdleWork(_ work: any IdleWork) {
        state.withLock { $0.idleWork.append(work) }
        shared.setIdleWork(work)
    }

    package func shutdown() {
        let idle = state.withLock { state in
            state.hasEnded = true
            defer { state.idleWork = [] }
            return state.idleWork
        }
        for work in idle { shared.removeIdleWork(work) }
    }

    final class Item: Schedulable {
        let item: any Schedulable
        private let process: ProcessScheduler

        init(_ item: any Schedulable, _ process: ProcessScheduler) {
            self.item = item
            self.process = process
        }

        func runReady() { if !process.hasEnded { item.runReady() } }
    }
}
