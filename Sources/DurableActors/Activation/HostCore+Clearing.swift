extension HostCore {
    /// Resets every object in memory; their data stays.
    package func resetAll() async {
        for cell in cells.all() {
            await withCheckedContinuation { continuation in
                cell.perform {
                    if let living = cell.current {
                        let text = "Application called abort() to reset Durable Object."
                        cell.reset(living, because: DurableObjectError(.reset, text))
                    }
                    continuation.resume()
                }
            }
        }
    }

    /// Removes every object of every class, in memory or not, with all it keeps; durable when it returns.
    package func clear() async throws {
        for cell in cells.all() where cell.seat == nil && cell.isHere { try await cell.delete() }
        for objectClass in classes {
            while true {
                let page = try await runBlocking { [self] in
                    try ownObjects(of: objectClass.number, after: nil, limit: 256)
                }
                if page.isEmpty { break }
                for object in page { try await cells.cell(of: objectClass, object.id).delete() }
            }
        }
    }

    /// The stored objects of a class that this process has, in order of their ids; may wait for the disk.
    func ownObjects(
        of classNumber: ClassNumber,
        after: DurableObjectId?,
        limit: Int
    ) throws -> [(id: DurableObjectId, record: ObjectRecord)] {
        try objects.objects(of: classNumber, after: after, limit: limit) { forwarder?.owns($0) ?? true }
    }
}
