internal import Distributed
public import DurableActors

/// Runs a closure inside the object behind a stub, as an event of its own, with the instance and its state.
///
/// The result comes back as a call's does: once everything written before is durable.
///
/// ```swift
/// let count = try await runInDurableObject(stub) { counter, state in
///     try await state.storage.get("count", as: Int.self)
/// }
/// ```
@concurrent
public func runInDurableObject<Object: DurableObject, Result: Sendable>(
    _ stub: Object,
    _ body: @escaping @Sendable (isolated Object, DurableObjectState) async throws -> Result
) async throws -> Result {
    try await inside(stub) { incarnation in
        guard let object = incarnation.object as? Object else {
            throw DurableObjectError(.invalidArgument, "The object is not a \(Object.self).")
        }
        let state = DurableObjectState(incarnation: incarnation, host: incarnation.cell.host)
        let result = try await object.whenLocal { try await body($0, state) }
        guard let result else { throw DurableObjectError(.notFound, "The object is not in this process.") }
        return result
    }
}

/// Runs the alarm of an object at once, whenever it is due; false when none is set.
///
/// A throw of the handler comes back and is not tried again by this; the alarm stays set then.
///
/// ```swift
/// try await stub.remind(inMilliseconds: 60_000)
/// #expect(try await runDurableObjectAlarm(stub))
/// ```
@concurrent
public func runDurableObjectAlarm<Object: DurableObject>(_ stub: Object, name: String = "") async throws -> Bool {
    try await inside(stub) { incarnation in
        guard try incarnation.alarm(named: Array(name.utf8)) != nil else { return false }
        let outcome = try await AlarmRun(name: name, due: nil, retryCount: 0).run(in: incarnation)
        if case .failed(let error) = outcome { throw error }
        return true
    }
}

/// What becomes of an object's sockets when it is evicted.
public enum EvictedSockets: Sendable {
    /// They stay open; the next message wakes the object.
    case hibernate
    /// They drop without a close frame.
    case close
}

/// Gives an object's memory back at once, as after ten idle seconds; its data stays.
///
/// Waits until its events and background work have ended, up to 30 seconds of the object's world; its facets go first.
/// Throws when it is not in memory, or not idle by then, and for a class that prevents eviction.
///
/// ```swift
/// try await evictDurableObject(stub)
/// #expect(try await stub.countInMemory() == 0)
/// ```
@concurrent
public func evictDurableObject<Object: DurableObject>(
    _ stub: Object,
    webSockets: EvictedSockets = .hibernate
) async throws {
    switch await EvictionRequest.evict(try stub.id.cell.owned, closesSockets: webSockets == .close) {
    case .evicted: return
    case .notRunning:
        throw DurableObjectError(.notFound, "Cannot evict Durable Object: it is not currently running.")
    case .prevented:
        throw DurableObjectError(.unsupported, "Cannot evict Durable Object: its namespace has preventEviction set.")
    case .busy: throw DurableObjectError.stillReferenced
    }
}

/// Whether the object behind a stub is in memory now.
@concurrent
public func isInMemory<Object: DurableObject>(_ stub: Object) async -> Bool {
    // Silence is right: an object of a class that is not registered is in no memory.
    guard let cell = try? stub.id.cell.owned else { return false }
    return await withCheckedContinuation { continuation in
        cell.perform { continuation.resume(returning: cell.current != nil) }
    }
}

private func inside<Object: DurableObject, Result: Sendable>(
    _ stub: Object,
    _ work: @escaping @Sendable (Incarnation) async throws -> Result
) async throws -> Result {
    let cell = try stub.id.cell.owned
    return try await withCheckedThrowingContinuation { continuation in
        cell.submit(ClosureEvent(work) { continuation.resume(with: $0) })
    }
}

extension DurableObjectError {
    static var stillReferenced: DurableObjectError {
        DurableObjectError(
            .overloaded,
            "Timed out waiting to evict Durable Object: it still has active references."
        )
    }
}
