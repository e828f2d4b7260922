import DurableActors
import DurableActorsTestKit
import Locks

/// A scheduler of lanes that keeps what is meant for them.
final class TestLanes: Scheduler {
    private struct State {
        var current: Int?
        var waiting: [(lane: Int, item: any Schedulable)] = []
    }

    private let state = Mutex(State())
    private let rest = SimulatedWorld(seed: 1).world.scheduler

    /// The lane that the calling thread serves.
    var current: Int? {
        get { state.withLock { $0.current } }
        set { state.withLock { $0.current = newValue } }
    }

    /// What was meant for lanes.
    var waiting: [(lane: Int, item: any Schedulable)] { state.withLock { $0.waiting } }

    var laneCount: Int { 2 }
    var currentLane: Int? { current }
    var taskExecutor: any TaskExecutor { rest.taskExecutor }

    func enqueue(_ item: any Schedulable, on lane: Int) { state.withLock { $0.waiting.append((lane, item)) } }
    func enqueue(_ item: any Schedulable) { rest.enqueue(item) }
    func schedule(atUptime due: UInt64, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        rest.schedule(atUptime: due, action)
    }
    func runBlocking(_ work: @escaping @Sendable () -> Void) { rest.runBlocking(work) }
    func setIdleWork(_ work: any IdleWork) { rest.setIdleWork(work) }
    func shutdown() { rest.shutdown() }
}
