extension DurableObjectStorage {
    /// Runs a closure whose writes are all kept, or, when it throws or rolls back, all undone.
    ///
    /// It runs as a critical section: nothing else of the object runs meanwhile, and 30 seconds reset the object. What
    /// the object had written before commits apart from it. Every storage operation of the object belongs to it while it
    /// runs. Inside another transaction it is a savepoint, which goes with the outer one. An error of the closure is given
    /// on and does not reset the object. Durability: with the batch in which the outermost transaction ends; what leaves
    /// the object afterwards waits for it, what leaves while the closure runs does not.
    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (DurableObjectTransaction) async throws -> Result
    ) async throws -> Result {
        try incarnation.check()
        let incarnation = incarnation
        let section = try incarnation.cell.makeSection()
        return try await incarnation.cell.run(section, of: incarnation) {
            try incarnation.writeLate()
            let transaction = DurableObjectTransaction(self)
            do {
                let result = try await body(transaction)
                if let death = incarnation.death { throw death }
                try transaction.commit()
                return result
            } catch {
                if let death = incarnation.death { throw death }
                try transaction.rollback()
                throw error
            }
        }
    }

    /// Runs a closure whose writes are all kept, or, when it throws, all undone.
    ///
    /// It does not wait for anything and so needs no critical section. May be nested, and called inside a transaction.
    public func transactionSync<Result>(_ body: () throws -> Result) throws -> Result {
        try incarnation.check()
        try incarnation.writeLate()
        let savepoint = incarnation.storage
        incarnation.storage.synchronousDepth += 1
        let result: Result
        do {
            result = try body()
        } catch {
            if incarnation.death == nil {
                try incarnation.endSavepoint(keeping: false)
                incarnation.storage = savepoint
            }
            throw error
        }
        try incarnation.endSavepoint(keeping: true)
        incarnation.storage.synchronousDepth -= 1
        return result
    }
}
