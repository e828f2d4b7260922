/// A bundle on its way into a store: what has come of it, and how much of that is in the store already.
///
/// Its rows are put where they will be, and its entries of the directory aside, so that nobody finds them and taking it
/// later is a matter of its objects, not of its bytes. What the store had of the shard goes before that, so a bundle
/// may be received only where that is worth nothing any more.
package struct ShardArrival: Sendable {
    private let shard: ShardIndex
    private var mark: ShardMark
    private var reader: ShardBundleReader
    private var directory: [ShardBundle.Row] = []
    private var rows: [ShardBundle.Row] = []
    /// Whether the store has the mark, and nothing else of the shard but what belongs to it.
    private var hasBegun = false
    /// How many bytes have come that are not in the store.
    package private(set) var waitingBytes = 0
    /// What came with the rows for the memory of the process.
    package private(set) var handover: [UInt8] = []

    /// Waits for a bundle that its receiver calls `tag`; no two attempts have the same receipt.
    package init(of shard: ShardIndex, tag: [UInt8], receipt: UInt64) {
        self.shard = shard
        mark = ShardMark(tag: tag, receipt: receipt)
        reader = ShardBundleReader(shard)
    }

    /// Whether all of it has come.
    package var isWhole: Bool { reader.isAtEnd }

    /// Takes the next message; throws `StorageError.format` for one that is not right, after which the bundle is worth
    /// nothing.
    package mutating func take(_ message: [UInt8]) throws {
        switch try reader.read(message) {
        case .head(let head): mark.head = head
        case .directory(let more): directory += more
        case .rows(let more): rows += more
        case .handover(let piece): handover += piece
        case .end: break
        }
        waitingBytes += message.count
    }

    /// Writes what has come to the store; throws when another bundle of the shard has been begun since.
    package mutating func spill(to objects: ObjectStore) throws {
        try begin(in: objects)
        try objects.store.write { transaction in
            try check(transaction)
            try put(in: transaction)
        }
        (directory, rows, waitingBytes) = ([], [], 0)
    }

    /// Removes from the store what has come, unless it was kept or another bundle of the shard has been begun since.
    package mutating func drop(from objects: ObjectStore) throws {
        guard hasBegun else { return }
        try objects.dropArrived(shard, if: ShardMark(tag: mark.tag, receipt: mark.receipt))
        hasBegun = false
    }

    /// Makes room for it, before it is kept.
    package mutating func prepare(in objects: ObjectStore) throws {
        if try objects.hasAnything(of: shard) { try begin(in: objects) }
    }

    /// Keeps the whole bundle in the store, in place of any that was there.
    package func keep(in transaction: any OrderedTransaction) throws {
        precondition(isWhole, "A bundle is kept that has not come.")
        if hasBegun { try check(transaction) }
        try put(in: transaction)
        try transaction.put(.meta, RowLayout.arrivedKey(shard), mark.encoded)
    }

    private mutating func begin(in objects: ObjectStore) throws {
        guard !hasBegun else { return }
        let beginning = ShardMark(tag: mark.tag, receipt: mark.receipt)
        try objects.store.write { try $0.put(.meta, RowLayout.arrivedKey(shard), beginning.encoded) }
        try objects.clear(shard, under: beginning)
        hasBegun = true
    }

    private func check(_ transaction: any OrderedTransaction) throws {
        guard try transaction.mark(of: shard)?.receipt == mark.receipt else {
            throw StorageError(.format, "Another bundle of shard \(shard.value) has come.")
        }
    }

    private func put(in transaction: any OrderedTransaction) throws {
        let aside = RowLayout.arrivedKey(shard)
        for row in directory { try transaction.put(.meta, aside + row.key, row.value) }
        for row in rows { try transaction.put(.rows, row.key, row.value) }
    }
}
