extension Incarnation: SQLHost {
    /// The object's connection, opened at its first use in this life.
    package func connection() throws -> SQLConnection { try openedDatabase().connection }

    package func willWrite() throws {
        try openedDatabase().begin(savepoints: storage.openSavepoints)
    }

    package func didWrite() { storage.openIsConfirmed = true }

    package func failed(_ error: SQLFailure) {
        sqlHasFailed = true
        cell.reset(self, because: error)
    }

    private func openedDatabase() throws -> ObjectDatabase {
        try check()
        if let database { return database }
        let made = try ObjectDatabase(over: self, cell.host.limits, world: cell.host.world)
        database = made
        return made
    }

    /// Moves what the turn has changed in the database to its writes.
    func commitDatabase() throws {
        if cell.host.limits.faults.contains(.lateDatabase), !storage.open.isEmpty { return }
        do {
            try database?.commit()
        } catch let error as SQLFailure where error.isConstraint {
            throw DurableObjectError(
                .reset,
                """
                Durable Object was reset and rolled back to its last known good state because the application left the \
                database in a state where constraints were violated: \(error)
                """
            )
        }
    }

    /// Closes the database with whatever is open in it.
    func closeDatabase() {
        database.take()?.connection.close()
    }

    /// Closes the database and forgets its pages.
    func dropDatabase() throws {
        closeDatabase()
        if try pageCount() > 0 { try setPageCount(0) }
    }
}

extension Incarnation: PageRows {
    private static let pageCountKey = RowKey(.metadata, Array("sqlPages".utf8))

    package func page(_ number: UInt32) throws -> [UInt8]? { try read(Self.key(number)) }

    package func setPage(_ number: UInt32, _ bytes: [UInt8]?) throws { storage.open.set(Self.key(number), bytes) }

    package func pageCount() throws -> UInt32 {
        guard let bytes = try read(Self.pageCountKey) else { return 0 }
        var reader = ByteReader(bytes)
        return try reader.read(UInt32.self)
    }

    package func setPageCount(_ count: UInt32) throws {
        var writer = ByteWriter()
        writer.append(count)
        storage.open.set(Self.pageCountKey, count == 0 ? nil : writer.bytes)
    }

    private static func key(_ page: UInt32) -> RowKey {
        var writer = ByteWriter()
        writer.append(page)
        return RowKey(.sqlPage, writer.bytes)
    }
}
