internal import Distributed
internal import Locks

/// One life of an object in memory, from its constructor to its eviction or reset.
///
/// Isolation: every mutable member is touched only on the object's cell. A dead incarnation's code may still run, since
/// Swift cannot kill it; but `check` refuses whatever it tries with storage, sockets or other objects.
package final class Incarnation: @unchecked Sendable {
    // Safe because mutable members are confined to the cell, which asserts that in debug and release builds alike.
    package let cell: ObjectCell
    private var made: (any DurableObject)?
    /// The events that are running.
    // Safe because it is confined to the cell, and its methods call nothing else.
    @exclusivity(unchecked) private var runningEvents = RunningEvents()
    var running: RunningEvents { unsafe runningEvents }
    func begins(_ runner: EventRunner) { unsafe runningEvents.insert(runner) }
    /// A task that has run its event and waits for the next.
    var sleepingRunner: EventRunner?
    /// Whether any event has begun in this life.
    var hasBegunEvents: Bool { hasRunEvents || running.count > 0 }
    /// The life that this one is a part of; what is written belongs to that one.
    private let outer: Incarnation?
    private var ownDeath: LifeEnd?
    /// Whether this life has ended.
    var isOver: Bool { ownDeath != nil || outer?.isOver == true }
    package var death: DurableObjectError? { ownDeath?.error ?? outer?.death }
    /// Critical sections asked for while the constructor ran.
    package var constructorSections: [@Sendable () async throws -> Void] = []
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var written = StorageState()
    var storage: StorageState {
        _read { yield unsafe written }
        _modify { yield unsafe &written }
    }
    /// The SQL database, once it was used.
    var database: ObjectDatabase?
    /// Who has yet to write something into the open batch.
    var lateWriter: (any LateWriter)?
    /// What layers above keep, by type.
    var parts: [ObjectIdentifier: any AnyObject & Sendable] = [:]
    /// The facets that this life has asked for.
    let facets = Mutex(FacetTable())
    /// Nil unless this is the life of a facet.
    var asFacet: FacetLife?
    /// Keeps idle eviction away: open critical sections, background tasks, timers, facets in memory.
    package var holds = 0
    /// How many of these are background tasks that do nothing but wait for a timer.
    var asleep = 0
    /// Told once when this incarnation may have become idle, or has ended.
    // Safe because it is confined to the cell, and no access of it runs anything else.
    @exclusivity(unchecked) private var waitingForRest: [@Sendable () -> Void] = []
    var idleWaiters: [@Sendable () -> Void] {
        _read { yield unsafe waitingForRest }
        _modify { yield unsafe &waitingForRest }
    }
    /// When the last event ended; see `WorldClock.coarseUptimeNanoseconds`.
    var lastActive: UInt64 = 0
    // Small ones come last, where they share a word: there are a great many incarnations.
    private var hasRunEvents = false
    /// Whether this life was ended by an error of its database.
    var sqlHasFailed = false
    /// Whether a timer is set that looks whether this incarnation is idle.
    var isWatched = false
    /// Whether a timer is set by which the sweep looks at it.
    var isSwept = false

    package init(cell: ObjectCell) {
        self.cell = cell
        outer = nil
    }

    /// A part of an object's life that can end before it: whose code is then refused what a dead object's is.
    package init(within outer: Incarnation) {
        cell = outer.cell
        self.outer = outer
    }

    /// Whether what leaves now waits for the writes of this turn.
    var holdsOutput: Bool {
        if let outer { return outer.holdsOutput }
        return unsafe written.openHoldsOutput
    }

    /// The object itself; exists once its constructor has returned.
    package var object: any DurableObject {
        guard let made else { preconditionFailure("The object is used before its constructor has returned.") }
        return made
    }

    /// The object itself; nil until its constructor has returned.
    package var constructed: (any DurableObject)? { made }

    /// The object itself, as what distributed methods are run on.
    var actor: any AnyObject & Sendable {
        guard let made else { preconditionFailure("The object is used before its constructor has returned.") }
        return made
    }

    package func construct(in host: HostCore) throws {
        let context = DurableObjectState(incarnation: self, host: host)
        made = try (asFacet?.start?.make ?? cell.objectClass.make)(context) { try host.environment() }
    }

    /// Throws when this life of the object is over, or when the caller is not on the object's executor.
    package func check() throws(DurableObjectError) {
        guard cell.isCurrent else {
            throw DurableObjectError(
                .invalidArgument,
                """
                Storage and sockets of \(cell.objectClass.className) are only usable on the object's own executor: \
                call them from the object's methods, not from a detached task.
                """
            )
        }
        if isOver, let death { throw death }
    }

    package func die(_ error: DurableObjectError) {
        ownDeath = LifeEnd(error)
        storage.drop()
        lateWriter = nil
        closeDatabase()
        tellIdleWaiters()
    }

    func tellIdleWaiters() {
        guard !idleWaiters.isEmpty else { return }
        let waiters = idleWaiters
        idleWaiters = []
        for waiter in waiters { waiter() }
    }

    /// The event of a runner has ended.
    func ends(_ runner: EventRunner) {
        unsafe runningEvents.remove(runner)
        if unsafe runningEvents.count == 0, !isOver { cell.becameIdle(self) }
    }

    /// Whether the runner is kept for the next event.
    func keep(_ runner: EventRunner) -> Bool {
        guard !isOver, sleepingRunner == nil, hasRunEvents else {
            hasRunEvents = true
            return false
        }
        sleepingRunner = runner
        return true
    }

    /// Gives back what the next event can do without.
    func releaseMemory() {
        database?.connection.releaseMemory()
        sleepingRunner.take()?.wake()
    }

    /// Lets go of the object and of the task that waits for events, which breaks the cycles through the cell.
    package func release() {
        made = nil
        sleepingRunner.take()?.wake()
    }
}
