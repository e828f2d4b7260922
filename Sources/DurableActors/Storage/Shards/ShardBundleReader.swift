/// Reads the messages of a bundle, one after the other; refuses what is damaged, cut, doubled or of another version.
///
/// All errors are `StorageError.format`; after one nothing more may be read.
struct ShardBundleReader: Sendable {
    /// The shard that the bundle must be of.
    let shard: ShardIndex
    private var salt = ShardBundle.firstSalt
    private var counts = ShardBundle.Counts()
    private var hasHead = false
    private(set) var isAtEnd = false

    init(_ shard: ShardIndex) { self.shard = shard }

    mutating func read(_ bytes: [UInt8]) throws -> ShardBundle.Message {
        let start = ShardBundle.checksumBytes
        guard bytes.count > start, bytes.count % 8 == 0 else { throw refusal("has a part of \(bytes.count) bytes") }
        let sum = LogChecksum.of(bytes, from: start, to: bytes.count, salt: salt)
        guard bytes.big(UInt64.self, at: 0) == sum else { throw refusal("is damaged: a checksum is wrong") }
        salt = sum
        var reader = ByteReader(bytes)
        _ = try reader.read(count: start)
        let number = try reader.read(UInt8.self)
        guard let kind = ShardBundle.Kind(rawValue: number) else { throw refusal("has a part of kind \(number)") }
        guard hasHead == (kind != .head), !isAtEnd else { throw refusal("has its parts in a wrong order") }
        let message = try content(kind, &reader)
        guard reader.readRest().allSatisfy({ $0 == 0 }) else { throw refusal("has a part with a rest") }
        return message
    }

    private mutating func content(
        _ kind: ShardBundle.Kind,
        _ reader: inout ByteReader
    ) throws -> ShardBundle.Message {
        switch kind {
        case .head:
            let head = try ShardBundle.readHead(&reader)
            guard head.shard == shard else { throw refusal("is of shard \(head.shard.value)") }
            hasHead = true
            return .head(head)
        case .directory:
            let rows = try rows(&reader)
            counts.directory += UInt64(rows.count)
            for row in rows {
                let id = try RowLayout.decodeDirectoryKey(row.key).id
                guard row.key.count == 36, id.shard == shard else { throw refusal("has an object of another shard") }
            }
            return .directory(rows)
        case .rows:
            let (rows, range) = (try rows(&reader), RowLayout.rowRange(shard))
            counts.rows += UInt64(rows.count)
            guard rows.allSatisfy({ range.contains($0.key) }) else { throw refusal("has a row of another shard") }
            return .rows(rows)
        case .handover:
            let piece = try reader.readCounted()
            counts.handover += UInt64(piece.count)
            return .handover(piece)
        case .end:
            let said = ShardBundle.Counts(
                directory: try reader.read(UInt64.self),
                rows: try reader.read(UInt64.self),
                handover: try reader.read(UInt64.self)
            )
            guard said == counts else { throw refusal("does not have what it says that it has") }
            isAtEnd = true
            return .end
        }
    }

    private func rows(_ reader: inout ByteReader) throws -> [ShardBundle.Row] {
        try (0..<(try reader.read(UInt32.self))).map { _ in
            ShardBundle.Row(key: try reader.readCounted(), value: try reader.readCounted())
        }
    }

    private func refusal(_ text: String) -> StorageError {
        StorageError(.format, "The bundle of shard \(shard.value) \(text).")
    }
}
