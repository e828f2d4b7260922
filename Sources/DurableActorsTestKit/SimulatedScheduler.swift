public import DurableActors
internal import Locks

/// A scheduler of one thread, on which a seed decides which ready thing runs next and time moves only on demand.
///
/// What it is: a bag of ready items, timers on virtual uptime, and the idle work (the group commit) as one more choice.
/// Whoever calls `SimulatedWorld.run` is the driver: all items run on its thread, one after the other, so a run is a
/// function of the seed. When it does not hold: code that leaves for Swift's own pool (a plain `Task.detached`, a
/// `Task.sleep`) comes back from another thread at a time of its own. Such an arrival is kept and runs, but is noted in
/// `escapes`; the driver waits for one a bounded real time before it says that nothing can go on.
public final class SimulatedScheduler: Scheduler, TaskExecutor {
    /// How the next item is chosen.
    public enum Order: Sendable {
        /// By the seed, the commit being one of the choices.
        case seeded
        /// In the order of arrival, the commit when nothing else is ready.
        case arrival
    }

    /// Work that came back from a thread other than the driver's.
    public struct Escape: Sendable, Equatable {
        /// The run in which it came.
        public let phase: String
        /// What came: the object's class and name, or what kind of work it is.
        public let name: String
    }

    struct State {
        var ready: [any Schedulable] = []
        var timers = TimerHeap()
        /// What commits: one for each process of the world.
        var idleWork: [any IdleWork] = []
        var holdsIdleWork = false
        var escapes: [Escape] = []
        var phase = "set-up"
        /// The thread that drives now; zero when none does.
        var driver: UInt = 0
        /// Whether the driver runs a job of a task that belongs to no object.
        var isInTask = false
    }

    /// The seed of the choices.
    public let seed: UInt64
    let order: Order
    let clock: VirtualClock
    /// How long the driver waits for work that may come from another thread before it says that all is stuck.
    let patience: UInt64
    let choices: SeededRandom
    private let lanes: SeededRandom
    let state = Mutex(State())
    let arrivals = ParkingLot()

    init(seed: UInt64, order: Order, clock: VirtualClock, patience: UInt64) {
        self.seed = seed
        self.order = order
        self.clock = clock
        self.patience = patience
        choices = SeededRandom(seed: seed ^ 0x5CED_0000_0000_0000)
        lanes = SeededRandom(seed: seed ^ 0x1A4E_0000_0000_0000)
    }

    /// What came back from foreign threads so far.
    public var escapes: [Escape] { state.withLock { $0.escapes } }

    /// Keeps the item until the driver chooses it.
    public func enqueue(_ item: any Schedulable) {
        let isForeign = state.withLock { state in
            state.ready.append(item)
            return note(&state) { Self.name(of: item) }
        }
        if isForeign { arrivals.signal() }
    }

    /// Keeps a task's job until the driver chooses it.
    public func enqueue(_ job: consuming ExecutorJob) {
        enqueue(JobItem(job: UnownedJob(job), executor: self))
    }

    /// Two.
    public var laneCount: Int { 2 }

    /// One of two, by the seed, as though the driver were two threads in turns; none where items run as they arrive.
    public var currentLane: Int? { order == .seeded ? Int(lanes.next() & 1) : nil }

    /// Within a job of a task that belongs to no object what the seed says, as a worker may say both; else no.
    public func takeTurnInPlace() -> Bool {
        guard order == .seeded else { return false }
        return state.withLock { $0.isInTask && $0.driver == NativeThread.currentID } && choices.below(2) == 0
    }

    /// Sets a timer on virtual uptime.
    public func schedule(
        atUptime uptimeNanoseconds: UInt64,
        _ action: @escaping @Sendable () -> Void
    ) -> TimerToken {
        state.withLock { state in
            _ = note(&state) { "timer" }
            return state.timers.insert(due: uptimeNanoseconds, action: action)
        }
    }

    /// Runs blocking work as one more item, on the driver's thread.
    public func runBlocking(_ work: @escaping @Sendable () -> Void) { enqueue(BlockingItem(work)) }

    /// The scheduler itself: jobs of tasks are items like any other.
    public var taskExecutor: any TaskExecutor { self }

    /// Adds what commits.
    public func setIdleWork(_ work: any IdleWork) { state.withLock { $0.idleWork.append(work) } }

    /// Forgets what committed for a process that has ended.
    func removeIdleWork(_ work: any IdleWork) { state.withLock { $0.idleWork.removeAll { $0 === work } } }

    /// Drops everything that waits, as the end of a process does.
    public func shutdown() {
        let dropped = state.withLock { state in
            defer {
                state.ready = []
                state.timers = TimerHeap()
                state.idleWork = []
            }
            return (state.ready, state.timers, state.idleWork)
        }
        // What is dropped may end objects, which may call back: so it is let go outside the lock.
        withExtendedLifetime(dropped) {}
    }

    /// While true nothing commits, as on a disk that stands still.
    public var holdsCommits: Bool {
        get { state.withLock { $0.holdsIdleWork } }
        set { state.withLock { $0.holdsIdleWork = newValue } }
    }

    private func note(_ state: inout State, _ name: () -> String) -> Bool {
        guard state.driver != 0, state.driver != NativeThread.currentID else { return false }
        state.escapes.append(Escape(phase: state.phase, name: name()))
        return true
    }

    private static func name(of item: any Schedulable) -> String {
        switch item {
        case let cell as ObjectCell: "\(cell.objectClass.className) \(cell.id.name ?? cell.id.description)"
        case is JobItem: "job of a task"
        default: String(describing: type(of: item))
        }
    }
}

/// Blocking work as an item.
private final class BlockingItem: Schedulable {
    private let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    func runReady() { work() }
}
