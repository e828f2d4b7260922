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
/// A throw of the handler comes back; the alarm stays set then.
@concurrent
public func runDurableObjectAlarm<Object: DurableObject>(_ stub: Object) async throws -> Bool {
    try await inside(stub) { incarnation in
        guard try incarnation.storedAlarm(named: []) != nil else { return false }
        if case .failed(let error) = try await AlarmRun(name: [], retryCount: 0, isEarly: true).run(in: incarnation) {
            throw error
        }
        return true
    }
}

/// What becomes of an object's sockets when a test has it leave memory.
public enum EvictedWebSockets: Sendable {
    /// They stay, as they do when the object is idle.
    case hibernate
    /// They end without a close frame, of which the object is not told.
    case close
}

/// Gives an object's memory back at once, as after ten idle seconds; false when it is not idle or not in memory.
@concurrent
public func evictDurableObject<Object: DurableObject>(
    _ stub: Object,
    webSockets: EvictedWebSockets = .hibernate
) async -> Bool {
    let cell = stub.id.cell
    return await withCheckedContinuation { continuation in
        cell.perform {
            let isEvicted = cell.current.map { cell.evict($0) } ?? false
            if isEvicted, webSockets == .close { cell.sockets.dropAll() }
            continuation.resume(returning: isEvicted)
        }
    }
}

/// Whether the object behind a stub is in memory now.
@concurrent
public func isInMemory<Object: DurableObject>(_ stub: Object) async -> Bool {
    let cell = stub.id.cell
    return await withCheckedContinuation { continuation in
        cell.perform { continuation.resume(returning: cell.current != nil) }
    }
}

private func inside<Object: DurableObject, Result: Sendable>(
    _ stub: Object,
    _ work: @escaping @Sendable (Incarnation) async throws -> Result
) async throws -> Result {
    let cell = stub.id.cell
    return try await withCheckedThrowingContinuation { continuation in
        cell.submit(ClosureEvent(work) { continuation.resume(with: $0) })
    }
}
