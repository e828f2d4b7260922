internal import Distributed
internal import Synchronization

/// The place of one object in a process: its serial executor, its gates, and whichever incarnation is alive.
///
/// What it is: there is one cell for an id at any time (the table of cells sees to that), and a cell has at most one
/// living incarnation, because `life` is changed only under its lock and a new incarnation is made only when there is
/// none. All turns of an object, of a dying incarnation too, run on this one serial executor. So two living objects of
/// one name cannot be, by construction.
///
/// Three kinds of state, each with its own guard:
/// - the run queue (a lock): jobs of tasks, and actions of the runtime, which go first;
/// - `life` (a lock): phase, input gate, count of admitted events; taken from any thread;
/// - everything confined to the cell: touched only by the thread that is draining the run queue, which `isCurrent`
///   tells by the thread's number. A thread takes the queue under its lock and gives it back under the same lock, so
///   the next thread sees what the last one wrote.
///
/// A turn is one job: it ends when the job returns, and what it wrote is sealed there, as one batch.
package final class ObjectCell: @unchecked Sendable {
    // Safe because each member is immutable, behind a lock, or confined as said above.
    package let host: HostCore
    package let objectClass: ObjectClass
    package let id: DurableObjectId

    let runQueue = Mutex(RunQueue())
    let runningThread = Atomic<UInt>(0)
    let life = Mutex(CellLife())
    let gate = Mutex(OutputGate<@Sendable (DurableObjectError?) -> Void>())
    /// Every batch up to this number is on disk; readable without the gate's lock.
    let durable = Atomic<UInt64>(0)
    /// Batches up to this number that are not on disk must never get there.
    let fencedThrough = Atomic<UInt64>(0)

    // Confined to the cell.
    var lastSealed: UInt64 = 0
    var lastConfirmed: UInt64 = 0
    /// The batch that something waits for which was sent in this turn; sealed even when its writes were rolled back.
    var promised: UInt64 = 0
    var record: ObjectRecord?
    var sealedBatches: [SealedBatch] = []
    package internal(set) var current: Incarnation?
    package let sockets: SocketSet

    package init(host: HostCore, objectClass: ObjectClass, id: DurableObjectId) {
        self.host = host
        self.objectClass = objectClass
        self.id = id
        sockets = SocketSet()
    }

    deinit { host.cells.forget(objectClass, id) }

    /// Whether the calling thread is in a turn of this object.
    @inline(__always)
    package var isCurrent: Bool { runningThread.load(ordering: .relaxed) == NativeThread.currentID }

    /// The cell whose turn the calling thread is in.
    static let onThread = ThreadSlot<ObjectCell>()
}

/// What waits to run on a cell.
struct RunQueue: ~Copyable {
    var jobs = ReadyQueue<UnownedJob>()
    var actions = ReadyQueue<@Sendable () -> Void>()
    /// Whether the cell is enqueued with the scheduler or running.
    var scheduled = false
}

/// The phase of an object and who waits to enter it.
struct CellLife {
    enum Phase { case cold, starting, live }

    var phase = Phase.cold
    var incarnation: Incarnation?
    var gate = InputGate<any ObjectEvent>()
    /// Events admitted to the incarnation and not ended.
    var admitted = 0
}
