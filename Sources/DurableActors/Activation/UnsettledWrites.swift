/// What an object has sealed and the store may not contain yet; an object of which the store knows everything has none.
///
/// Isolation: confined to the object's cell.
final class UnsettledWrites {
    /// What the committer has and has not said to be durable, as far as the cell has noticed.
    var sealed: [SealedWrites] = []
    /// What is durable and not in the store, as far as the cell has noticed.
    var logged = LoggedRows()

    var isEmpty: Bool { sealed.isEmpty && logged.isEmpty }

    /// What the newest of them that knows a row says of it.
    func find(_ key: RowKey) -> WriteSet.Finding {
        for batch in sealed.reversed() {
            let finding = batch.content.find(key)
            if case .untouched = finding { continue }
            return finding
        }
        return logged.find(key)
    }
}

/// A batch as its cell remembers it: without its owner, which would keep the cell for ever.
struct SealedWrites {
    let sequence: UInt64
    /// When it was sealed; see `WorldClock.coarseUptimeNanoseconds`.
    let sealedAt: UInt64
    let content: BatchContent
}
