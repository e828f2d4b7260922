/// What a row of an object holds; the numbers are on disk for ever.
package enum RowKind: UInt8, Sendable {
    /// A value of the key-value API, or the row of tails of long keys; see `LongKeys`.
    case keyValue = 1
    /// A value of a longer key, named by the tails row of its first bytes.
    case longValue = 3
    /// A page of the object's SQL database.
    case sqlPage = 4
    /// An alarm's due time, by the alarm's name.
    case alarm = 5
    /// Something the runtime keeps for the object.
    case metadata = 6
    /// A facet inside the object, by the digest of its name: the number under which its own rows are.
    case facet = 7

    /// Whether `deleteAll` removes all rows of this kind that the object names itself.
    package var isContents: Bool { self == .keyValue || self == .sqlPage }
}

/// A row of one object, as the object's code names it; its place in the store is the layout's business.
package struct RowKey: Sendable, Hashable {
    package let kind: RowKind
    /// The first four bytes, zeros where there are fewer: most keys are told apart by it, without a look at memory elsewhere.
    private let head: UInt32
    package let bytes: [UInt8]

    package init(_ kind: RowKind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
        var head: UInt32 = 0
        for place in 0..<4 { head = head << 8 | (place < bytes.count ? UInt32(bytes[place]) : 0) }
        self.head = head
    }

    /// Below zero when this key comes before the other, zero when it is the same.
    @inline(__always)
    func order(to other: borrowing RowKey) -> Int {
        rank != other.rank ? (rank < other.rank ? -1 : 1) : orderInRank(to: other)
    }

    /// The kind and the head; keys of one rank are told apart by their bytes.
    @inline(__always)
    var rank: UInt64 { UInt64(kind.rawValue) << 32 | UInt64(head) }

    /// How this key stands to another of the same rank.
    @inline(__always)
    func orderInRank(to other: borrowing RowKey) -> Int { Self.order(bytes.span, other.bytes.span) }

    /// Of bytes where they are: no reference is counted.
    @inline(never)
    private static func order(_ own: borrowing Span<UInt8>, _ others: borrowing Span<UInt8>) -> Int {
        if own.isIdentical(to: others) { return 0 }
        for place in 0..<min(own.count, others.count) where own[place] != others[place] {
            return Int(own[place]) - Int(others[place])
        }
        return own.count - others.count
    }
}

/// In the order in which a store keeps the rows of an object.
extension RowKey: Comparable {
    package static func < (left: RowKey, right: RowKey) -> Bool { left.order(to: right) < 0 }
}

/// A half-open range of keys in byte order.
package struct KeyRange: Sendable, Hashable {
    package var lower: [UInt8]
    /// Nil for no end.
    package var upper: [UInt8]?

    package init(lower: [UInt8] = [], upper: [UInt8]? = nil) {
        self.lower = lower
        self.upper = upper
    }

    package func contains(_ key: [UInt8]) -> Bool {
        guard !key.lexicographicallyPrecedes(lower) else { return false }
        guard let upper else { return true }
        return key.lexicographicallyPrecedes(upper)
    }

    /// The keys that begin with `prefix`: up to the prefix with its last byte raised, trailing 0xFF dropped first.
    package static func prefix(_ prefix: [UInt8]) -> KeyRange {
        var upper = prefix
        while upper.last == 0xFF { upper.removeLast() }
        guard let last = upper.last else { return KeyRange(lower: prefix) }
        upper[upper.count - 1] = last + 1
        return KeyRange(lower: prefix, upper: upper)
    }

    package func intersection(_ other: KeyRange) -> KeyRange {
        let low = lower.lexicographicallyPrecedes(other.lower) ? other.lower : lower
        guard let first = upper, let second = other.upper else {
            return KeyRange(lower: low, upper: upper ?? other.upper)
        }
        return KeyRange(lower: low, upper: first.lexicographicallyPrecedes(second) ? first : second)
    }

    package var isEmpty: Bool {
        guard let upper else { return false }
        return !lower.lexicographicallyPrecedes(upper)
    }
}
