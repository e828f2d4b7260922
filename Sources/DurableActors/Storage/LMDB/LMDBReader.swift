internal import CLMDB

/// A read transaction that is reset between uses and ended with its last reference.
@safe final class LMDBReader: @unchecked Sendable {
    // Safe because a reader is used by one thread at a time: the store's pool hands it out and takes it back.
    let transaction: OpaquePointer
    private var isEnded = false

    init(environment: OpaquePointer) throws(StorageError) {
        var transaction: OpaquePointer?
        // Safe because the pointer is to a local.
        let result = unsafe mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction)
        try LMDBFailure.check(result, "Cannot begin to read")
        guard let transaction = unsafe transaction else { throw StorageError(.io, "LMDB gave no transaction.") }
        unsafe self.transaction = unsafe transaction
    }

    deinit { end() }

    /// Ends the transaction, which must happen before its environment is closed.
    func end() {
        guard !isEnded else { return }
        isEnded = true
        unsafe mdb_txn_abort(transaction)
    }

    /// Moves to the newest committed state.
    func renew() throws(StorageError) {
        try unsafe LMDBFailure.check(mdb_txn_renew(transaction), "Cannot renew a reader")
    }

    /// Lets go of the state it read.
    func reset() { unsafe mdb_txn_reset(transaction) }
}
