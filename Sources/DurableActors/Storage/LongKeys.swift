/// How keys longer than the store's keys keep their order.
///
/// The store's keys end at 511 bytes, an object's at 2,048. A key of at most `inlineLimit` bytes is a row of its own.
/// Longer keys that share their first `inlineLimit` bytes share one *tails row* at those bytes plus a zero, which no
/// short key can have and which sorts exactly between the key that ends there and every later one. It lists the tails
/// in order, each with the number of the row (kind `longValue`) that holds the value.
struct LongKeys {
    static let inlineLimit = 400

    struct Tail {
        let bytes: [UInt8]
        let slot: UInt32
    }

    let object: ObjectLocator

    static func isLong(_ key: [UInt8]) -> Bool { key.count > inlineLimit }

    static func isTailsRow(_ key: some Collection<UInt8>) -> Bool { key.count == inlineLimit + 1 }

    func get(_ key: [UInt8], in snapshot: any OrderedSnapshot) throws -> [UInt8]? {
        let head = key.prefix(Self.inlineLimit)
        let wanted = Array(key.dropFirst(Self.inlineLimit))
        guard let tail = try tails(of: head, in: snapshot).first(where: { $0.bytes == wanted }) else { return nil }
        return try snapshot.get(.rows, valueKey(head, tail.slot))
    }

    func set(_ key: [UInt8], _ value: [UInt8]?, in transaction: any OrderedTransaction) throws {
        let head = key.prefix(Self.inlineLimit)
        let wanted = Array(key.dropFirst(Self.inlineLimit))
        var tails = try tails(of: head, in: transaction)
        let position = tails.firstIndex { !$0.bytes.lexicographicallyPrecedes(wanted) } ?? tails.count
        let found = position < tails.count && tails[position].bytes == wanted
        switch (value, found) {
        case (let value?, true):
            try transaction.put(.rows, valueKey(head, tails[position].slot), value)
        case (let value?, false):
            let slot = (tails.map(\.slot).max() ?? 0) + 1
            tails.insert(Tail(bytes: wanted, slot: slot), at: position)
            try transaction.put(.rows, valueKey(head, slot), value)
            try transaction.put(.rows, tailsKey(head), Self.encode(tails))
        case (nil, true):
            try transaction.delete(.rows, valueKey(head, tails[position].slot))
            tails.remove(at: position)
            if tails.isEmpty {
                try transaction.delete(.rows, tailsKey(head))
            } else {
                try transaction.put(.rows, tailsKey(head), Self.encode(tails))
            }
        case (nil, false):
            break
        }
    }

    /// The full keys of a tails row in order, each with where its value is.
    func expand(_ rowKey: ArraySlice<UInt8>, _ row: [UInt8]) throws -> [(key: [UInt8], valueKey: [UInt8])] {
        let head = rowKey.prefix(Self.inlineLimit)
        return try Self.decode(row).map { (Array(head) + $0.bytes, valueKey(head, $0.slot)) }
    }

    private func tails(of head: ArraySlice<UInt8>, in snapshot: any OrderedSnapshot) throws -> [Tail] {
        try snapshot.get(.rows, tailsKey(head)).map(Self.decode) ?? []
    }

    private func tailsKey(_ head: ArraySlice<UInt8>) -> [UInt8] {
        RowLayout.rowKey(object, .keyValue, head + [0])
    }

    private func valueKey(_ head: ArraySlice<UInt8>, _ slot: UInt32) -> [UInt8] {
        var key = ByteWriter(RowLayout.rowKey(object, .longValue, head))
        key.append(slot)
        return key.bytes
    }

    private static func encode(_ tails: [Tail]) -> [UInt8] {
        var writer = ByteWriter()
        for tail in tails {
            writer.append(tail.slot)
            writer.append(counted: tail.bytes)
        }
        return writer.bytes
    }

    private static func decode(_ row: [UInt8]) throws -> [Tail] {
        var reader = ByteReader(row)
        var tails: [Tail] = []
        while !reader.isAtEnd {
            let slot = try reader.read(UInt32.self)
            tails.append(Tail(bytes: try reader.readCounted(), slot: slot))
        }
        return tails
    }
}
