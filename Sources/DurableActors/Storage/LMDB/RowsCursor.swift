internal import CLMDB

/// Where a writing transaction last put a row: the next one mostly belongs to the same page, which is then not searched for.
///
/// Confined to the call that opened the transaction.
@safe final class RowsCursor {
    // Safe because no access of it runs anything that comes back here.
    @exclusivity(unchecked) private var cursor: OpaquePointer?

    /// The cursor, opened when it is first asked for.
    @unsafe func opened(_ transaction: OpaquePointer, _ table: MDB_dbi) throws -> OpaquePointer? {
        if let cursor = unsafe cursor { return unsafe cursor }
        // Safe because the pointer is to a member of this object, and `close` is called before the transaction ends.
        try unsafe LMDBFailure.check(mdb_cursor_open(transaction, table, &cursor), "Cannot open a cursor")
        return unsafe cursor
    }

    /// To be called before the transaction ends.
    func close() {
        // Safe because it is taken once.
        if let cursor = unsafe cursor.take() { unsafe mdb_cursor_close(cursor) }
    }
}
