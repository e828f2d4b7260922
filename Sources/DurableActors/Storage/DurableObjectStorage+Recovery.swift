/// Going back in time, which this storage cannot: each call fails with the text of Durable Objects.
extension DurableObjectStorage {
    /// A mark of the storage's state now; always throws, since no history is kept.
    public func getCurrentBookmark() async throws -> String { throw Self.noRecovery }

    /// A mark of the storage's state at a time, in milliseconds since 1970; always throws, since no history is kept.
    public func getBookmarkForTime(_ milliseconds: Int64) async throws -> String { throw Self.noRecovery }

    /// Asks for a bookmark's state at the object's next start; always throws, since no history is kept.
    ///
    /// Where there is a history it returns a bookmark that undoes the restore.
    public func onNextSessionRestoreBookmark(_ bookmark: String) async throws -> String { throw Self.noRecovery }

    private static var noRecovery: DurableObjectError {
        DurableObjectError(
            .unsupported,
            "This Durable Object's storage back-end does not implement point-in-time recovery."
        )
    }
}
