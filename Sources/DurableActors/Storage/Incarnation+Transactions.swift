/// The turn's writes and those of its database, together.
extension Incarnation {
    /// Whether anything was written that is not sealed.
    var hasOpenWrites: Bool { !storage.open.isEmpty || lateWriter != nil || database?.hasTransaction == true }

    /// Whether there is anything to be sealed: not while a transaction keeps it open.
    var hasWritesToSeal: Bool { storage.transactionDepth == 0 && hasOpenWrites }

    /// Whether nothing of it needs to be sealed before something waits for it.
    var hasOnlyLazyWrites: Bool { !storage.openIsUrgent && database?.hasTransaction != true }

    func commitTransaction() throws {
        try endSavepoint(keeping: true)
        storage.commitTransaction()
    }

    func rollBackTransaction() throws {
        try endSavepoint(keeping: false)
        storage.rollBackTransaction()
    }

    /// Ends the part of the innermost open transaction in the database; when that cannot be, the object is reset.
    func endSavepoint(keeping keeps: Bool) throws {
        if sqlHasFailed {
            throw DurableObjectError(.storage, "Cannot commit transaction due to an earlier SQL critical error")
        }
        guard let database else { return }
        do {
            try database.end(savepoint: storage.openSavepoints, keeping: keeps)
        } catch {
            cell.reset(self, because: error)
            throw death ?? error
        }
    }
}
