internal import CLMDB

/// One LMDB transaction, read-only or writing, within the call that opened it.
///
/// Values are copied out, so that no pointer into the map outlives its transaction.
@safe struct LMDBTransaction: OrderedTransaction {
    let store: LMDBStore
    let transaction: OpaquePointer
    /// Nil in one that is read-only.
    let rows: RowsCursor?

    func get(_ table: StoreTable, _ key: [UInt8]) throws -> [UInt8]? {
        var value = unsafe MDB_val()
        // Safe because the key is read during the call and the value is copied before the transaction can end.
        let result = unsafe withValue(key) { keyValue in
            unsafe mdb_get(transaction, store.handle(table), keyValue, &value)
        }
        if result == MDB_NOTFOUND { return nil }
        try LMDBFailure.check(result, "Cannot read")
        return unsafe copy(value)
    }

    func put(_ table: StoreTable, _ key: [UInt8], _ bytes: [UInt8]) throws {
        // Safe because LMDB copies key and value during the call.
        let cursor = try unsafe table == .rows ? rows?.opened(transaction, store.handle(table)) : nil
        let result = unsafe withValue(key) { keyValue in
            unsafe withValue(bytes) { value in
                if let cursor = unsafe cursor { return unsafe mdb_cursor_put(cursor, keyValue, value, 0) }
                return unsafe mdb_put(transaction, store.handle(table), keyValue, value, 0)
            }
        }
        try LMDBFailure.check(result, "Cannot write")
    }

    func delete(_ table: StoreTable, _ key: [UInt8]) throws {
        // Safe because the key is read during the call.
        let result = unsafe withValue(key) { keyValue in
            unsafe mdb_del(transaction, store.handle(table), keyValue, nil)
        }
        if result != MDB_NOTFOUND { try LMDBFailure.check(result, "Cannot delete") }
    }

    func delete(_ table: StoreTable, _ range: KeyRange) throws {
        try unsafe walk(table, range) { cursor, _, _ in
            // Safe because a deletion moves the cursor to the row that follows.
            try unsafe LMDBFailure.check(mdb_cursor_del(cursor, 0), "Cannot delete")
        }
    }

    func measure(
        _ table: StoreTable,
        _ range: KeyRange,
        _ visit: (_ key: [UInt8], _ valueBytes: Int) throws -> Void
    ) throws {
        try unsafe walk(table, range) { _, key, valueBytes in try visit(key, valueBytes) }
    }

    /// Goes through a range without reading its values.
    @unsafe private func walk(
        _ table: StoreTable,
        _ range: KeyRange,
        _ visit: (_ cursor: OpaquePointer?, _ key: [UInt8], _ valueBytes: Int) throws -> Void
    ) throws {
        try unsafe withCursor(table) { cursor in
            var key = unsafe MDB_val()
            var value = unsafe MDB_val()
            // Safe because keys are read or copied during the calls, and of a value only its length is looked at.
            var result = unsafe withValue(range.lower) { lower in
                let first = range.lower.isEmpty ? MDB_FIRST : MDB_SET_RANGE
                let result = unsafe mdb_cursor_get(cursor, lower, &value, first)
                unsafe key = unsafe lower.pointee
                return result
            }
            while result == MDB_SUCCESS {
                let found = unsafe copy(key)
                if let upper = range.upper, !found.lexicographicallyPrecedes(upper) { return }
                try unsafe visit(cursor, found, value.mv_size)
                result = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
            }
            if result != MDB_NOTFOUND { try LMDBFailure.check(result, "Cannot move a cursor") }
        }
    }

    func scan(
        _ table: StoreTable,
        from lower: [UInt8],
        to upper: [UInt8]?,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        try unsafe withCursor(table) { cursor in
            var next = try unsafe reverse ? last(cursor, before: upper) : move(cursor, to: lower)
            while let row = next {
                if reverse {
                    if row.key.lexicographicallyPrecedes(lower) { return }
                } else if let upper, !row.key.lexicographicallyPrecedes(upper) {
                    return
                }
                if try !visit(row.key, row.value) { return }
                next = try unsafe step(cursor, reverse ? MDB_PREV : MDB_NEXT)
            }
        }
    }

    @unsafe private func withCursor(_ table: StoreTable, _ body: (OpaquePointer?) throws -> Void) throws {
        var cursor: OpaquePointer?
        // Safe because the pointer is to a local and the cursor is closed before the transaction can end.
        let opened = unsafe mdb_cursor_open(transaction, store.handle(table), &cursor)
        try LMDBFailure.check(opened, "Cannot open a cursor")
        defer { unsafe mdb_cursor_close(cursor) }
        try unsafe body(cursor)
    }

    private func last(_ cursor: OpaquePointer?, before upper: [UInt8]?) throws -> (key: [UInt8], value: [UInt8])? {
        guard let upper, try unsafe move(cursor, to: upper) != nil else { return unsafe try step(cursor, MDB_LAST) }
        return try unsafe step(cursor, MDB_PREV)
    }

    private func move(_ cursor: OpaquePointer?, to lower: [UInt8]) throws -> (key: [UInt8], value: [UInt8])? {
        guard !lower.isEmpty else { return try unsafe step(cursor, MDB_FIRST) }
        var found = unsafe MDB_val()
        var value = unsafe MDB_val()
        // Safe because the sought key is read during the call, and what is found is copied at once.
        let result = unsafe withValue(lower) { keyValue in
            let result = unsafe mdb_cursor_get(cursor, keyValue, &value, MDB_SET_RANGE)
            unsafe found = keyValue.pointee
            return result
        }
        return try unsafe row(result, found, value)
    }

    private func step(_ cursor: OpaquePointer?, _ step: MDB_cursor_op) throws -> (key: [UInt8], value: [UInt8])? {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        // Safe because the pointers are to locals and what is found is copied at once.
        let result = unsafe mdb_cursor_get(cursor, &key, &value, step)
        return try unsafe row(result, key, value)
    }

    @unsafe private func row(
        _ result: Int32,
        _ key: MDB_val,
        _ value: MDB_val
    ) throws -> (key: [UInt8], value: [UInt8])? {
        if result == MDB_NOTFOUND { return nil }
        try LMDBFailure.check(result, "Cannot move a cursor")
        return unsafe (copy(key), copy(value))
    }

    @unsafe private func copy(_ value: MDB_val) -> [UInt8] {
        // Safe because LMDB names memory of its map with its length, valid while the transaction lives.
        unsafe [UInt8](UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
    }

    @unsafe private func withValue<Result>(
        _ bytes: [UInt8],
        _ body: (UnsafeMutablePointer<MDB_val>) -> Result
    ) -> Result {
        // Safe because LMDB does not write through the pointers of keys and values that it is given.
        unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe UnsafeMutableRawPointer(mutating: buffer.baseAddress)
            var value = unsafe MDB_val(mv_size: buffer.count, mv_data: start)
            return unsafe body(&value)
        }
    }
}
