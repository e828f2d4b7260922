internal import Locks
internal import struct Synchronization.Atomic

/// What the objects of a process share: the classes, the cells, the store and the world.
package final class HostCore: Sendable {
    package let world: World
    package let objects: ObjectStore
    package let committer: GroupCommitter
    package let limits: HostLimits
    package let log: EventLog
    let observer = CallObserver()
    /// What layers above keep for the whole host, by type.
    private let parts = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])
    private let nextObject: Atomic<UInt64>
    private let registry = Mutex(Registry())

    private struct Registry {
        var classes: [ObjectClass] = []
        var environment: (any Sendable)?
    }

    /// The parts that refer back to the core, set at the end of `init`.
    private let cellsBox = Late<CellTable>()
    private let alarmsBox = Late<AlarmScheduler>()
    private let evictorBox = Late<IdleEvictor>()
    private let forwarderBox = LateForwarder()
    private let stubSystemBox = Late<DurableActorSystem>()

    /// Opens the data: a store, with a log in front of it where one is given.
    package init(
        world: World,
        store: any OrderedStore,
        loggingTo disk: (any LogDisk)?,
        limits: HostLimits,
        log: EventLog
    ) throws {
        self.world = world
        objects =
            if let disk {
                try ObjectStore(store, loggingTo: disk, sizes: limits.log, world: world, log: log)
            } else {
                try ObjectStore(store)
            }
        committer = GroupCommitter(store: objects, scheduler: world.scheduler)
        self.limits = limits
        self.log = log
        nextObject = Atomic(try objects.nextObjectNumber())
        cellsBox.set(CellTable(host: self))
        alarmsBox.set(AlarmScheduler(host: self))
        evictorBox.set(IdleEvictor(host: self))
        stubSystemBox.set(DurableActorSystem(host: self))
        world.scheduler.setIdleWork(committer)
    }

    /// Something that a layer above keeps for the whole host, made by its first user.
    package func part<Part: AnyObject & Sendable>(_ type: Part.Type, make: () -> Part) -> Part {
        parts.withLock { parts in
            if let known = parts[ObjectIdentifier(type)] as? Part { return known }
            let made = make()
            parts[ObjectIdentifier(type)] = made
            return made
        }
    }

    /// Runs work that may wait for the disk off the workers.
    package func runBlocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            world.scheduler.runBlocking { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    /// Who brings events to objects of other processes; nil where this process has them all.
    @inline(__always)
    package var forwarder: (any ObjectForwarder)? { forwarderBox.value }

    /// Says that this process has some of the objects only; called once, before the first event.
    package func setForwarder(_ forwarder: any ObjectForwarder) { forwarderBox.set(forwarder) }

    // Calls that every turn makes. As functions of the host they count no reference to what they call, which all threads
    // would do at one place in memory.

    /// Hands a batch to the committer; see `GroupCommitter.submit`.
    @inline(never)
    func submit(_ batch: SealedBatch) -> Int { committer.submit(batch) }

    /// Whether the calling thread may run a turn at once.
    @inline(never)
    func takeTurnInPlace() -> Bool { world.scheduler.takeTurnInPlace() }

    /// The figures of a call that begins; nil when nobody wants them.
    @inline(never)
    func timing() -> EventTiming? { observer.timing(world.clock) }

    /// The last event or background work of an incarnation has ended; on its cell.
    @inline(__always)
    func becameIdle(_ incarnation: Incarnation) { evictorBox.withValue { $0.becameIdle(incarnation) } }

    package var cells: CellTable { cellsBox.value }
    package var alarms: AlarmScheduler { alarmsBox.value }
    package var evictor: IdleEvictor { evictorBox.value }
    package var stubSystem: DurableActorSystem { stubSystemBox.value }

    /// The first of so many numbers that no object of this environment has or had, and none of a shard that is here.
    func takeObjectNumbers(_ count: UInt64) -> UInt64 {
        nextObject.wrappingAdd(count, ordering: .relaxed).oldValue
    }

    /// Gives out no number below this one any more; to be called before objects of a shard that has come start.
    package func raiseObjectNumbers(to next: UInt64) {
        if limits.faults.contains(.reusedNumbers) { return }
        nextObject.max(next, ordering: .relaxed)
    }

    package func register(
        _ make: (ClassNumber) throws -> ObjectClass,
        uniqueKey: String,
        bindingName: String
    ) throws
        -> ObjectClass
    {
        let objectClass = try make(try objects.classNumber(uniqueKey: uniqueKey))
        try registry.withLock { registry throws(DurableObjectError) in
            if registry.classes.contains(where: { $0.uniqueKey == uniqueKey || $0.bindingName == bindingName }) {
                throw DurableObjectError(
                    .invalidArgument,
                    "The binding \(bindingName) or the unique key \(uniqueKey) is registered twice."
                )
            }
            registry.classes.append(objectClass)
        }
        alarms.classRegistered(objectClass.number)
        return objectClass
    }

    package var classes: [ObjectClass] { registry.withLock { $0.classes } }

    package func objectClass(number: ClassNumber) -> ObjectClass? { classes.first { $0.number == number } }

    package func objectClass(uniqueKey: String) throws(DurableObjectError) -> ObjectClass {
        guard let found = classes.first(where: { $0.uniqueKey == uniqueKey }) else {
            throw DurableObjectError(.notFound, "No class is registered under the unique key \(uniqueKey).")
        }
        return found
    }

    package func setEnvironment(_ environment: any Sendable) {
        registry.withLock { $0.environment = environment }
        forwarder?.begin()
    }

    package func environment() throws(DurableObjectError) -> any Sendable {
        guard let environment = registry.withLock({ $0.environment }) else {
            throw DurableObjectError(.notFound, "The runtime has not been started with an environment.")
        }
        return environment
    }
}
