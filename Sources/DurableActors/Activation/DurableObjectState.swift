internal import Locks

/// `ctx`: what the runtime gives an object for its life in memory.
///
/// Isolation: storage, sockets and gates are usable only on the object's executor.
public final class DurableObjectState: Sendable {
    package let incarnation: Incarnation
    /// The object's identity.
    public let id: DurableObjectId
    /// The object's data.
    public let storage: DurableObjectStorage
    /// What the object's initializer assigns to `actorSystem`.
    public let actorSystem: DurableActorSystem

    package init(incarnation: Incarnation, host: HostCore) {
        self.incarnation = incarnation
        id = incarnation.asFacet?.start?.id ?? incarnation.cell.id
        storage = DurableObjectStorage(incarnation: incarnation)
        actorSystem = DurableActorSystem(host: host, startingCell: incarnation.cell)
    }

    private var cell: ObjectCell { incarnation.cell }

    /// Something that a layer above keeps for as long as this life of the object, made by its first user.
    package func part<Part: AnyObject & Sendable>(_ type: Part.Type, make: () -> Part) -> Part {
        let key = ObjectIdentifier(type)
        if let known = incarnation.parts[key] as? Part { return known }
        let made = make()
        incarnation.parts[key] = made
        return made
    }

    /// The time of the world the object lives in, in milliseconds since 1970.
    public var now: Int64 { cell.host.world.clock.nowMilliseconds }

    /// The randomness of the world the object lives in.
    public var random: any RandomSource { cell.host.world.random }

    /// Waits on the world's clock; other events of the object may run meanwhile.
    ///
    /// Throws when the object's life has ended meanwhile: by a reset, or by eviction, since background work that only
    /// waits for timers keeps an object without sockets in memory for no longer than 70 to 140 seconds after its last
    /// event.
    public func sleep(milliseconds: Int64) async throws {
        try incarnation.check()
        let world = cell.host.world
        let due = world.clock.uptimeNanoseconds + UInt64(max(milliseconds, 0)) * 1_000_000
        BackgroundTask.current?.fallsAsleep(in: incarnation)
        await world.scheduler.wait(untilUptime: due)
        BackgroundTask.current?.wakes(in: incarnation)
        await cell.passInputGate()
        if let death = incarnation.death { throw death }
    }

    /// Runs a closure alone: nothing else of the object runs until it has ended, but for what it starts itself.
    ///
    /// It begins once the current turn has ended, before every event that has not begun; calls from one place run one
    /// after the other, and may be nested 64 deep. Events that are running already are held where they come back from a
    /// timer, a call or `sync`. A throw or 30 seconds reset the object; the error reaches every caller.
    public func blockConcurrencyWhile<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try incarnation.check()
        let (cell, incarnation) = (cell, incarnation)
        let section = try cell.makeSection()
        do {
            let result = try await cell.run(section, of: incarnation, body)
            if let death = incarnation.death { throw death }
            return result
        } catch {
            if incarnation.death == nil { cell.reset(incarnation, because: error) }
            throw incarnation.death ?? error
        }
    }

    /// For the initializer: asks for a closure to run before the first event enters, after the initializer has ended.
    ///
    /// A throw or 30 seconds fail the object's start: its callers get the error, and the next call starts it anew.
    public func blockConcurrencyWhile(_ body: @escaping @Sendable () async throws -> Void) {
        incarnation.constructorSections.append(body)
    }

    /// Runs work that outlives the event that starts it; the object stays in memory meanwhile.
    ///
    /// Work that only waits for timers does not keep it for ever; see `sleep`. Errors are logged.
    public func waitUntil(_ work: @escaping @Sendable () async throws -> Void) {
        let incarnation = incarnation
        let section = CriticalSection.current
        incarnation.holds += 1
        Task.detached(executorPreference: cell) {
            await CurrentObject.$incarnation.withValue(incarnation) {
                await CriticalSection.$current.withValue(section) {
                    await incarnation.cell.passInputGate()
                    do {
                        try await BackgroundTask.$current.withValue(BackgroundTask()) { try await work() }
                    } catch {
                        incarnation.cell.host.log.error("Background work of \(incarnation.cell.id) failed: \(error)")
                    }
                }
                incarnation.holds -= 1
                incarnation.cell.host.evictor.becameIdle(incarnation)
            }
        }
    }

    /// Resets the object at once: its callers get the reason, unsealed writes are dropped, its sockets close.
    ///
    /// Swift cannot stop the code that called this, so it throws what the callers get; let it pass. An alarm whose
    /// handler runs has failed and is tried again; without `retryAlarm` it is given up, unless it was set anew.
    public func abort(_ reason: String? = nil, retryAlarm: Bool = true) throws -> Never {
        try incarnation.check()
        if !retryAlarm { incarnation.giveUpRunningAlarms() }
        let error = DurableObjectError(.reset, reason ?? "Application called abort() to reset Durable Object.")
        cell.reset(incarnation, because: error)
        throw incarnation.death ?? error
    }
}
