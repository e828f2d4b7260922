/// Something that has work to do and wants a thread for a while: an object's cell, a socket, a task's job.
public protocol Schedulable: AnyObject, Sendable {
    /// Does some bounded amount of work on the calling thread; called by one thread at a time per enqueue.
    func runReady()
}

/// What decides which ready thing runs next, on which thread, and when timers fire.
///
/// Two conform: `WorkerPool` (threads) and the test kit's simulated scheduler (one thread, seeded choice, virtual time).
public protocol Scheduler: Sendable {
    /// Makes `item` run soon; callable from any thread, never blocks.
    func enqueue(_ item: any Schedulable)

    /// How many places for work there are; at least 1.
    var laneCount: Int { get }

    /// Which of several places for work the calling thread serves, by numbers below `laneCount`; nil for a thread that serves none.
    var currentLane: Int? { get }

    /// The same as `enqueue`, and best on the thread that serves a lane: what the item touches is in that core's memory.
    func enqueue(_ item: any Schedulable, on lane: Int)

    /// Whether the calling thread may run something at once, within what it runs, instead of enqueueing it.
    ///
    /// Each yes counts as an item of its own. A scheduler that always says no is right, if slower.
    func takeTurnInPlace() -> Bool

    /// Calls `action` once at or after `uptimeNanoseconds`, on a thread of the scheduler; the action must be short.
    func schedule(atUptime uptimeNanoseconds: UInt64, _ action: @escaping @Sendable () -> Void) -> TimerToken

    /// Runs blocking work (files, name look-up) off the workers, then it is gone; bounded by the scheduler.
    func runBlocking(_ work: @escaping @Sendable () -> Void)

    /// Where jobs of tasks go that belong to no object.
    var taskExecutor: any TaskExecutor { get }

    /// Registers who commits when a worker has nothing else to do; called once, before work arrives.
    func setIdleWork(_ work: any IdleWork)

    /// Stops what was started for this scheduler; work that is not running is dropped.
    func shutdown()
}

extension Scheduler {
    /// One.
    public var laneCount: Int { 1 }

    /// None: there is one place.
    public var currentLane: Int? { nil }

    /// Anywhere.
    public func enqueue(_ item: any Schedulable, on lane: Int) { enqueue(item) }

    /// No.
    public func takeTurnInPlace() -> Bool { false }
}

/// Work that an otherwise idle worker may do in place, sparing a hand-over between threads.
public protocol IdleWork: AnyObject, Sendable {
    /// Whether there is any that is to be done now; cheap, callable from any thread.
    var isPending: Bool { get }

    /// Whether there is any that may wait for some milliseconds; cheap, callable from any thread.
    var isPendingLater: Bool { get }

    /// Does one unit on the calling thread, of what may wait only when nothing else is there.
    ///
    /// False when there was none or another thread is at it.
    func performInline() -> Bool

    /// Asks a thread of its own to do it, since the workers are busy.
    func requestThread()
}
