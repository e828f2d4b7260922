public import DurableActors

/// The ids under which objects of a class have stored something, in order of their digits, without names.
///
/// Only what is durable counts: an object that was called and wrote nothing is not among them. Throws what the store
/// throws.
///
/// ```swift
/// try await counters.getByName("main").increment(by: 1)
/// #expect(try listDurableObjectIds(counters) == [counters.idFromName("main")])
/// ```
public func listDurableObjectIds<Object: DurableObject>(
    _ namespace: DurableObjectNamespace<Object>
) throws -> [DurableObjectId] {
    let owner = namespace.host.owner
    let objectClass = try owner.objectClass(uniqueKey: namespace.objectClass.uniqueKey)
    return try owner.objects.objects(of: objectClass.number, after: nil, limit: .max).map { id, _ in
        DurableObjectId(bytes: id.bytes, name: nil)
    }
}

/// Gives back the memory of every object that is in it, as after ten idle seconds; their data stays.
///
/// Waits for each as `evictDurableObject` does, and goes on to the others when one is not idle in time; throws then, in
/// the end. Objects not in memory are passed over, and those of classes that prevent eviction.
///
/// ```swift
/// try await evictAllDurableObjects(host.runtime)
/// ```
@concurrent
public func evictAllDurableObjects(
    _ runtime: DurableObjectRuntime,
    webSockets: EvictedSockets = .hibernate
) async throws {
    var areAllGone = true
    for cell in runtime.core.owner.cells.all() {
        let outcome = await EvictionRequest.evict(cell, closesSockets: webSockets == .close)
        if case .busy = outcome { areAllGone = false }
    }
    if !areAllGone { throw DurableObjectError.stillReferenced }
}

/// Resets every object in memory, as `ctx.abort()` in each; their data stays.
///
/// Calls that are running get the error, and so do later calls on their stubs; fresh stubs begin new lives.
///
/// ```swift
/// await abortAllDurableObjects(host.runtime)
/// ```
@concurrent
public func abortAllDurableObjects(_ runtime: DurableObjectRuntime) async {
    await runtime.core.owner.resetAll()
}

/// Resets every object and removes all that any object of the registered classes has stored, alarms too.
///
/// For tests that share a runtime. Calls that are running fail with the reset; those that come meanwhile begin anew
/// without data. Durable when it returns; throws what the store throws, and then some objects may be left.
///
/// ```swift
/// try await reset(host.runtime)
/// #expect(try listDurableObjectIds(counters).isEmpty)
/// ```
@concurrent
public func reset(_ runtime: DurableObjectRuntime) async throws {
    try await runtime.core.owner.clear()
}
