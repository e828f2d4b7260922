internal import Locks
internal import struct Synchronization.Atomic

/// A few threads that run everything: objects' turns, sockets and the jobs of tasks.
///
/// What it is: lanes (one a core) of ready work, each served by one thread; an idle thread first takes half of another
/// lane's work, then does pending idle work in place (a commit), then waits on the reactor, which is where sockets
/// become ready. When it holds: an item is run by one thread at a time, because it is enqueued once and enqueues itself
/// again only when it has finished; the pool adds no order between items. What would break without the watch over
/// stalls: a turn that computes for a second would hold its thread's sockets for a second; so a lane whose item lasts
/// over two ticks of `stallTick` passes to one of at most `maximumSpares` spare threads.
///
/// Lost wake-ups are closed as in Dekker's algorithm: a thread that goes to wait first counts itself as parked and then
/// looks at the queues again; a thread that pushes first queues and then reads the count; both with sequential order.
public final class WorkerPool: Scheduler {
    /// How often stalled lanes are looked for: two looks make the 10 ms after which a spare takes over.
    static let stallTick: UInt64 = 5_000_000
    /// How many threads may be stuck in turns before lanes stop moving on.
    static let maximumSpares = 256
    /// After how many items a busy thread looks at sockets and timers.
    static let reactorInterval = 61

    let lanes: [WorkerLane]
    let reactor: any Reactor
    let clock: any WorldClock
    let slot = ThreadSlot<WorkerLane>()
    let parked = Atomic<Int>(0)
    /// Whether a wake-up is on its way to a thread that has not looked at the queues since.
    let isWaking = Atomic<Bool>(false)
    let timers = PoolTimers()
    let idleWork = Mutex<(any IdleWork)?>(nil)
    let stopped = Atomic<Bool>(false)
    let spares = SpareThreads()
    let blocking = BlockingThreads()
    private let nextLane = Atomic<Int>(0)
    private let jobs = PoolJobExecutorBox()

    /// Starts `workers` threads that wait on `reactor`.
    public init(workers: Int, reactor: any Reactor = ParkingReactor(), clock: any WorldClock = SystemClock()) {
        precondition(workers > 0, "A pool needs a worker.")
        lanes = (0..<workers).map { WorkerLane(index: $0) }
        self.reactor = reactor
        self.clock = clock
        jobs.attach(self)
        for lane in lanes { startThread(serving: lane) }
        NativeThread.start { [self] in watchForStalls() }
    }

    /// Makes `item` run soon; from a worker it goes to that worker's own lane.
    public func enqueue(_ item: any Schedulable) { enqueue(.ready(item)) }

    /// One for each worker.
    public var laneCount: Int { lanes.count }

    /// Which lane the calling thread serves.
    public var currentLane: Int? { slot.withValue(\.index) }

    /// Makes `item` run soon on a lane, unless the thread of another has nothing else to do.
    public func enqueue(_ item: any Schedulable, on lane: Int) {
        _ = lanes[lane].push(.ready(item))
        wakeOne()
    }

    func enqueue(_ item: LaneItem) {
        let isForOthers = slot.withValue { own in
            // One waiting item is for this thread, which is about to look; more are worth waking another for. A thread
            // that has lost its lane looks no more, and the lane's new one may have parked.
            own.push(item) > 1 || own.owner.load(ordering: .sequentiallyConsistent) != NativeThread.currentID
        }
        if let isForOthers {
            if isForOthers { wakeOne() }
        } else {
            let index = nextLane.wrappingAdd(1, ordering: .relaxed).newValue
            _ = lanes[Int(UInt(bitPattern: index) % UInt(lanes.count))].push(item)
            wakeOne()
        }
    }

    /// Whether the calling thread is a worker in a job of a task, which may run a bounded number of turns itself.
    public func takeTurnInPlace() -> Bool { slot.withValue { $0.takeTurnInPlace() } ?? false }

    /// Wakes a parked thread, unless one has been woken that has not looked at the queues yet.
    ///
    /// A burst (a commit that lets a thousand callers go on) so costs one wake-up and not one an item. None is lost: who
    /// finds the mark set has queued its item before, and whoever clears the mark looks at the queues afterwards.
    func wakeOne() {
        guard parked.load(ordering: .sequentiallyConsistent) > 0 else { return }
        if !isWaking.exchange(true, ordering: .sequentiallyConsistent) { reactor.wake() }
    }

    /// Waits on the reactor, then gives on the wake-up that this thread may have taken from a parked one.
    func wait(nanoseconds: UInt64?, serving lane: WorkerLane) {
        reactor.wait(nanoseconds: nanoseconds)
        hasWoken(serving: lane)
    }

    /// Notes that a thread which has waited looks at the queues now, and wakes another when there is more to do.
    func hasWoken(serving lane: WorkerLane) {
        guard isWaking.load(ordering: .sequentiallyConsistent) else { return }
        isWaking.store(false, ordering: .sequentiallyConsistent)
        if lanes.contains(where: { $0 !== lane && !$0.isEmpty }) { wakeOne() }
    }

    /// Sets a timer; fires on a worker thread.
    public func schedule(atUptime due: UInt64, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        let (token, isEarliest) = timers.insert(due: due, action: action)
        if isEarliest, slot.value == nil || parked.load(ordering: .sequentiallyConsistent) > 0 { reactor.wake() }
        return token
    }

    /// Runs blocking work on one of a bounded number of threads kept for that.
    public func runBlocking(_ work: @escaping @Sendable () -> Void) {
        blocking.run(work)
    }

    /// Runs the jobs of tasks that belong to no object.
    public var taskExecutor: any TaskExecutor { jobs.executor }

    /// Sets what an idle worker does before it waits.
    public func setIdleWork(_ work: any IdleWork) {
        idleWork.withLock { $0 = work }
    }

    /// Ends the threads once they have finished the item they are in.
    public func shutdown() {
        stopped.store(true, ordering: .sequentiallyConsistent)
        for _ in 0..<(lanes.count + 1) { reactor.wake() }
        spares.stop()
        blocking.stop()
    }

    func startThread(serving lane: WorkerLane) {
        NativeThread.start { [self] in
            lane.owner.store(NativeThread.currentID, ordering: .sequentiallyConsistent)
            WorkerThread(pool: self, lane: lane).serve()
        }
    }
}
