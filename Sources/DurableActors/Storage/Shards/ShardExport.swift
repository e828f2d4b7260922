/// All that a store has of a shard, read piece by piece: a value that is at one place of it.
///
/// Nothing of the shard may change meanwhile, which is so for one that was brought to rest; each piece is read from a
/// snapshot of its own, so a slow reader keeps no pages from being used again.
package struct ShardExport: Sendable {
    private enum Place: Sendable {
        case head
        case directory(of: Int, from: [UInt8]?)
        case rows(from: [UInt8])
        case handover(from: Int)
        case end
        case over
    }

    private let store: any OrderedStore
    private let head: ShardBundle.Head
    private let handover: [UInt8]
    private let partBytes: Int
    private var writer = ShardBundleWriter()
    private var place = Place.head

    fileprivate init(_ store: any OrderedStore, _ head: ShardBundle.Head, _ handover: [UInt8], partBytes: Int) {
        self.store = store
        self.head = head
        self.handover = handover
        self.partBytes = partBytes
    }

    /// The next message of the bundle, of about `partBytes` or one row; nil behind the last.
    package mutating func next() throws -> [UInt8]? {
        while true {
            switch place {
            case .head:
                place = .directory(of: 0, from: nil)
                return writer.head(head)
            case .directory(let number, let start):
                guard number < head.classes.count else {
                    place = .rows(from: RowLayout.rowRange(head.shard).lower)
                    continue
                }
                var range = RowLayout.directoryRange(head.classes[number].number, head.shard)
                if let start { range.lower = start }
                let (rows, rest) = try read(.directory, range)
                place = rest.map { .directory(of: number, from: $0) } ?? .directory(of: number + 1, from: nil)
                if !rows.isEmpty { return writer.directory(rows) }
            case .rows(let start):
                let range = KeyRange(lower: start, upper: RowLayout.rowRange(head.shard).upper)
                let (rows, rest) = try read(.rows, range)
                place = rest.map { .rows(from: $0) } ?? .handover(from: 0)
                if !rows.isEmpty { return writer.rows(rows) }
            case .handover(let start):
                let piece = handover[start...].prefix(partBytes)
                place = piece.isEmpty ? .end : .handover(from: piece.endIndex)
                if !piece.isEmpty { return writer.handover(piece) }
            case .end:
                place = .over
                return writer.end()
            case .over: return nil
            }
        }
    }

    /// Rows of a range up to about `partBytes`, and where the others begin.
    private func read(_ table: StoreTable, _ range: KeyRange) throws -> (rows: [ShardBundle.Row], rest: [UInt8]?) {
        var rows: [ShardBundle.Row] = []
        var bytes = 0
        try store.read { snapshot in
            try snapshot.scan(table, from: range.lower, to: range.upper, reverse: false) { key, value in
                rows.append(ShardBundle.Row(key: key, value: value))
                bytes += key.count + value.count + 8
                return bytes < partBytes
            }
        }
        return (rows, bytes < partBytes ? nil : rows.last.map { $0.key + [0] })
    }
}

extension ObjectStore {
    /// Begins to read all that is durable of a shard at rest, what is only logged included.
    ///
    /// `handover` travels with it. Waits for the disk.
    package func export(
        _ shard: ShardIndex,
        handover: [UInt8] = [],
        partBytes: Int = 64 << 10
    ) throws -> ShardExport {
        try takeUpLog()
        let head = ShardBundle.Head(shard: shard, nextObject: try nextObjectNumber(), classes: try classKeys())
        return ShardExport(store, head, handover, partBytes: partBytes)
    }

    /// The classes that have numbers here.
    func classKeys() throws -> [ShardBundle.ClassKey] {
        let range = KeyRange.prefix(RowLayout.classKey(""))
        var keys: [ShardBundle.ClassKey] = []
        try store.read { snapshot in
            try snapshot.scan(.meta, from: range.lower, to: range.upper, reverse: false) { key, value in
                var reader = ByteReader(value)
                let number = ClassNumber(try reader.read(UInt32.self))
                let uniqueKey = String(decoding: key.dropFirst(range.lower.count), as: UTF8.self)
                keys.append(ShardBundle.ClassKey(number: number, uniqueKey: uniqueKey))
                return true
            }
        }
        return keys
    }
}
