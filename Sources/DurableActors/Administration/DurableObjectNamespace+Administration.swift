/// What a host's owner does with the objects of a class; not part of the original.
///
/// Isolation: callable from anywhere but from the objects that it concerns, which it would wait for.
extension DurableObjectNamespace {
    /// The objects of the class that have stored something, in order of their ids, a page at a time.
    ///
    /// Reads all rows of each object listed, on a thread kept for blocking work; no object is started. An object that
    /// comes or goes meanwhile may or may not be in it. Of several nodes, each lists what it has.
    public func list(after: DurableObjectId? = nil, limit: Int = 100) async throws -> DurableObjectPage {
        let (host, number) = (host, objectClass.number)
        let found = try await host.runBlocking {
            try host.ownObjects(of: number, after: after, limit: limit).map { id, record in
                let locator = ObjectLocator(shard: id.shard, number: record.number)
                return (id: id, record: record, extent: try host.objects.extent(of: locator))
            }
        }
        var objects: [DurableObjectSummary] = []
        for (id, record, extent) in found {
            let live = await host.cells.known(objectClass, id)?.presence()
            objects.append(
                DurableObjectSummary(
                    id: id,
                    createdAt: record.createdAt,
                    lastAccess: live?.lastAccess ?? extent.lastAccess,
                    rows: extent.rows,
                    storedBytes: extent.bytes,
                    alarms: extent.alarms,
                    sockets: live?.sockets ?? 0,
                    isInMemory: live?.lastAccess != nil
                )
            )
        }
        return DurableObjectPage(objects: objects, next: objects.count < limit ? nil : objects.last?.id)
    }

    /// Removes an object with all it keeps; durable when it returns.
    ///
    /// A life in memory ends at once: its callers fail, its sockets drop. Calls that come meanwhile wait, and start a new
    /// object without data.
    public func delete(_ id: DurableObjectId) async throws {
        guard objectClass.ids.isValid(id) else {
            throw DurableObjectError.typeError("Durable Object ID is not valid for this namespace.")
        }
        try await host.cells.cell(of: objectClass, id).delete()
    }

    /// Removes all objects of the class, those in memory that have stored nothing too; durable when it returns.
    public func destroyAll() async throws {
        for cell in host.cells.all() where cell.objectClass === objectClass && cell.isHere { try await cell.delete() }
        let (host, number) = (host, objectClass.number)
        while true {
            let page = try await host.runBlocking { try host.ownObjects(of: number, after: nil, limit: 256) }
            if page.isEmpty { return }
            for object in page { try await delete(object.id) }
        }
    }
}
