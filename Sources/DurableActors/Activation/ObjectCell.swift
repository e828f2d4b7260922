internal import Distributed
internal import Locks
internal import struct Synchronization.Atomic
internal import struct Synchronization.AtomicLazyReference

/// The place of one object in a process: its executor, its gates, and whichever incarnation is alive.
///
/// What it is: there is one cell for an id at any time (the table of cells sees to that), and a cell has at most one
/// living incarnation, because the entrance is changed only under its lock and a new incarnation is made only when there
/// is none. All turns of an object, of a dying incarnation too, run on this one executor. So two living objects of one
/// name cannot be, by construction.
///
/// Three kinds of state, each with its own guard:
/// - the entrance (a lock): what waits to run, the phase, the input gate; taken from any thread;
/// - the output gate and the logged rows (locks of their own, because the committer takes them);
/// - everything confined to the cell: touched only by the thread that is running the cell, which `isCurrent` tells by
///   the thread's number. A thread takes the cell under the entrance's lock and gives it back under the same lock, so
///   the next thread sees what the last one wrote.
///
/// A turn is one job: it ends when the job returns, and what it wrote is sealed there, as one batch.
package final class ObjectCell: @unchecked Sendable {
    // Safe because each member is immutable, behind a lock, or confined as said above.
    // What commits touch comes first, beside the object's header, which they read from another core as well.
    /// What is durable and not in the store; the log's threads change it.
    let logged = Mutex(LoggedRows())
    let gate = Mutex(OutputGate<GateMessage>())
    /// Every batch up to this number is on disk; readable without the gate's lock.
    let durable = Atomic<UInt64>(0)
    package let host: HostCore
    package let objectClass: ObjectClass
    package let id: DurableObjectId
    /// The place inside another object; nil unless this is a facet.
    let seat: FacetSeat?
    /// The executor that the actor's isolation goes by.
    package let isolation = CellIsolation()

    let entrance = Mutex(CellEntrance())
    /// Whether a critical section is active; read without the entrance's lock, changed under it.
    let isGateClosed = Atomic<Bool>(false)
    /// Whether actions of the runtime wait, which go before everything else.
    let hasActions = Atomic<Bool>(false)
    let runningThread = Atomic<UInt>(0)
    /// Batches up to this number that are not on disk must never get there.
    let fencedThrough = Atomic<UInt64>(0)

    // Confined to the cell.
    /// What the running turn has made ready on this cell, to be run next, without the entrance's lock.
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var followingWork: CellWork?
    var following: CellWork? {
        _read { yield unsafe followingWork }
        _modify { yield unsafe &followingWork }
    }
    /// Whether the event that runs now is about to step into the object's isolation; see `CellIsolation`.
    var isEntering = false
    /// Whether a batch was sealed that leaves something of those before it, which then wait to be merged.
    var hasUnmerged = false
    /// Whether a timer is set that looks whether a batch takes too long to become durable.
    var isWatchingCommits = false
    // Within the module alone, so that the compiler sees that no two uses of it meet.
    private var sealedCount: UInt64 = 0
    package var lastSealed: UInt64 {
        get { sealedCount }
        set { sealedCount = newValue }
    }
    var lastConfirmed: UInt64 = 0
    /// The batch that something waits for which was sent in this turn; sealed even when its writes were rolled back.
    var promised: UInt64 = 0
    /// Whether the committer has been asked to have lazy writes sealed.
    var isToSealLater = false
    /// The number that the object's rows are under; nil while it has none or it was not looked for.
    var number: UInt64?
    /// Whether the directory has no name of the object.
    var isNameless = false
    /// What the committer has and has not said to be durable, as far as this cell has noticed.
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var sealedWrites: [SealedWrites] = []
    var sealedBatches: [SealedWrites] {
        _read { yield unsafe sealedWrites }
        _modify { yield unsafe &sealedWrites }
    }
    /// Which of the committer's queues has the last batch.
    var commitQueue = 0
    /// How far batches were durable when the last one was sealed.
    var noticed: UInt64 = 0
    var living: Incarnation?
    /// Who waits for the object's removal, while one is under way.
    var removals: [@Sendable ((any Error)?) -> Void] = []
    /// What `ctx.acceptWebSocket` has taken: it outlives hibernation, so it is not the incarnation's.
    var sockets = SocketList()
    /// What few objects have of sockets besides; made when there is something to keep, and then read by any thread.
    let keptSocketExtras = AtomicLazyReference<SocketExtras>()

    init(host: HostCore, objectClass: ObjectClass, id: DurableObjectId, seat: FacetSeat? = nil) {
        self.host = host
        self.objectClass = objectClass
        self.id = id
        self.seat = seat
        isolation.belongs(to: self)
    }

    deinit {
        host.cells.forget(self)
        forgetFence()
    }

    /// The incarnation that is alive; on the cell.
    package var current: Incarnation? { living }

    /// Whether the calling thread is in a turn of this object.
    @inline(__always)
    package var isCurrent: Bool { runningThread.load(ordering: .relaxed) == NativeThread.currentID }
}

/// What a cell runs.
enum CellWork {
    /// A job of a task that prefers the cell.
    case job(UnownedJob)
    /// A job that runs isolated to the object.
    case isolatedJob(UnownedJob)
    /// An event that the input gate has admitted.
    case event(ObjectEvent)
    /// Something the runtime does.
    case action(@Sendable () -> Void)
    /// What an object that passes the output gate does then.
    case passage(any OutputPassage)

    /// Whether one is a task's step into the object's isolation, or out of it, from the other.
    ///
    /// A task that yields, or waits for something that comes at once, goes on as the kind of job that it was.
    @inline(__always)
    func isStep(from other: CellWork) -> Bool {
        switch (self, other) {
        case (.job(let job), .isolatedJob(let last)), (.isolatedJob(let job), .job(let last)):
            // Safe because a job is one word, the address of its task; the numbers are compared and nothing else.
            return unsafe unsafeBitCast(job, to: UInt.self) == unsafeBitCast(last, to: UInt.self)
        default: return false
        }
    }
}

/// What waits at an object's output gate.
enum GateMessage: Sendable {
    case event(ObjectEvent)
    case closure(@Sendable (DurableObjectError?) -> Void)
    case passage(any OutputPassage)

    /// Lets it leave, or tells it why it never will.
    func leave(_ broken: DurableObjectError?) {
        switch self {
        case .event(let event): event.leave(broken)
        case .closure(let closure): closure(broken)
        case .passage(let passage): passage.cell?.perform(passage)
        }
    }
}

/// Something of an object that goes on once what was written before is durable, or never will be.
///
/// It does what a closure at the gate would that has another run on the cell, without an allocation.
package protocol OutputPassage: AnyObject, Sendable {
    /// The object; set on the cell before it is handed to the gate, and not changed until it has passed.
    var cell: ObjectCell? { get }
    /// Goes on; on the cell.
    func hasPassed()
}

/// What waits at an object's input gate.
enum GateWaiter: Sendable {
    /// An event that has not begun.
    case event(ObjectEvent)
    /// A task of the object that has waited for something outside, or for its section to begin.
    case task(@Sendable () -> Void)
}

/// What waits to run on a cell, the phase of its object and who waits to enter it.
struct CellEntrance: ~Copyable {
    enum Phase { case cold, starting, live }

    var work = ReadyQueue<CellWork>()
    /// What the runtime does, which goes before all other work.
    var actions = ReadyQueue<CellWork>()
    var incarnation: Incarnation?
    var gate = InputGate<GateWaiter>()
    /// How many events have arrived and not begun.
    var queuedEvents = 0
    // Small ones come last here and in the cell, where they share a word: there are a great many cells.
    /// Whether the cell is enqueued with the scheduler or running.
    var scheduled = false
    var phase = Phase.cold

    /// Notes that something is to run; true when the cell has to be enqueued for that.
    mutating func schedule() -> Bool {
        defer { scheduled = true }
        return !scheduled
    }

    /// Notes that nothing is left to run.
    mutating func rest() {
        scheduled = false
        if phase == .cold { shrink() }
    }

    /// Gives back memory that an object which is not in memory itself has no use for.
    mutating func shrink() {
        work.shrink()
        actions.shrink()
        gate.shrink()
    }

    /// Asks for a critical section, which goes before every event that has not begun.
    mutating func request(_ section: CriticalSection, _ waiter: GateWaiter) -> Bool {
        let wasOpen = gate.isOpen
        let isActive = gate.request(section, waiter)
        if wasOpen {
            for event in takeEvents() { _ = gate.admit(.event(event), in: nil) }
        }
        return isActive
    }

    /// Lets what waited at the gate run; true when the cell has to be enqueued for that.
    mutating func release(_ waiters: [GateWaiter]) -> Bool {
        for waiter in waiters {
            switch waiter {
            case .event(let event):
                event.timed?.timing.markAdmitted()
                work.append(.event(event))
            case .task(let resume): work.append(.action(resume))
            }
        }
        return !waiters.isEmpty && schedule()
    }

    /// Takes out the events that were admitted and have not begun.
    mutating func takeEvents() -> [ObjectEvent] {
        var events: [ObjectEvent] = []
        for _ in 0..<work.count {
            switch work.popFirst() {
            case .event(let event)?: events.append(event)
            case let other?: work.append(other)
            case nil: break
            }
        }
        return events
    }
}
