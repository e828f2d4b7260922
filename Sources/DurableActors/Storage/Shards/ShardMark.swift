/// What a store says of a bundle that is coming, or has come whole and does not count yet.
struct ShardMark: Sendable, Hashable {
    /// Which bundle it is, as its receiver names it.
    let tag: [UInt8]
    /// Which attempt to receive it.
    let receipt: UInt64
    /// What the bundle says of itself; nil while it is not whole.
    var head: ShardBundle.Head?

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(counted: tag)
        bytes.append(big: receipt)
        if let head { bytes += ShardBundle.encode(head) }
        return bytes
    }

    init(tag: [UInt8], receipt: UInt64) {
        self.tag = tag
        self.receipt = receipt
    }

    init(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        tag = try reader.readCounted()
        receipt = try reader.read(UInt64.self)
        head = reader.isAtEnd ? nil : try ShardBundle.readHead(&reader)
    }
}

extension OrderedSnapshot {
    func mark(of shard: ShardIndex) throws -> ShardMark? {
        try get(.meta, RowLayout.arrivedKey(shard)).map(ShardMark.init)
    }
}
