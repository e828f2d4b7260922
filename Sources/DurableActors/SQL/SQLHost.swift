/// What SQL asks of the storage of the object it belongs to.
package protocol SQLHost: AnyObject, Sendable {
    /// Throws when this life of the object is over or this is not its executor.
    func check() throws
    /// The object's connection, opened at its first use.
    func connection() throws -> SQLConnection
    /// Comes before the first step of a statement that may write: from here on a transaction is open.
    func willWrite() throws
    /// Comes after a statement that may have written, also one that failed.
    func didWrite()
    /// SQLite has given up the open transaction, and with it what the turn wrote: the object must be reset.
    func failed(_ error: SQLFailure)
}
