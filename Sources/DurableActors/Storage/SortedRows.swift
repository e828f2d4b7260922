/// A key and a value; a type of its own for each kind of value, since the runtime handles those of a generic one slowly.
package protocol KeyedRow: Sendable {
    associatedtype Value: Sendable
    var key: RowKey { get }
    var value: Value { get set }
    init(key: consuming RowKey, value: consuming Value)
}

/// Rows in order of their keys: chunks of sorted rows, so that neither a row in the middle nor a short range costs more
/// with many.
package struct SortedRows<Row: KeyedRow>: Sendable {
    package typealias Value = Row.Value

    private static var chunkLimit: Int { 128 }

    /// The first chunk is apart, so that a few rows are a single array; empty only when there is no row.
    private var first: [Row] = []
    /// None is empty.
    private var more: [[Row]] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { first.isEmpty }

    package subscript(key: RowKey) -> Value? {
        let chunk = chunk(at: chunkIndex(of: key))
        let place = Self.place(of: key, in: chunk)
        return place.isFound ? chunk[place.row].value : nil
    }

    /// Whether every key of the other rows is a key of these.
    package func hasKeys(of other: SortedRows) -> Bool {
        guard more.isEmpty, other.more.isEmpty, count == other.count else { return other.allSatisfy { holds($0.key) } }
        // Both are one chunk in order; what differs from batch to batch mostly comes last.
        let (own, others) = (first.span, other.first.span)
        for row in (0..<count).reversed() where own[row].key.order(to: others[row].key) != 0 { return false }
        return true
    }

    private func holds(_ key: RowKey) -> Bool {
        let index = chunkIndex(of: key)
        return (index == 0 ? Self.place(of: key, in: first) : Self.place(of: key, in: more[index - 1])).isFound
    }

    /// Sets the value of a key; returns the one before.
    @discardableResult
    package mutating func updateValue(_ value: consuming Value, forKey key: consuming RowKey) -> Value? {
        let index = chunkIndex(of: key)
        var split: [Row]?
        let old =
            index == 0
            ? Self.update(&first, key, value, splitInto: &split)
            : Self.update(&more[index - 1], key, value, splitInto: &split)
        if let split { more.insert(split, at: index) }
        if old == nil { count += 1 }
        return old
    }

    /// Sets aside memory for so many rows, where there are none.
    mutating func reserve(_ rows: Int) {
        if first.isEmpty { first.reserveCapacity(rows) }
    }

    /// Rows are looked at where they are, since a copy counts references to key and value.
    private static func update(
        _ chunk: inout [Row],
        _ key: consuming RowKey,
        _ value: consuming Value,
        splitInto split: inout [Row]?
    ) -> Value? {
        let last = chunk.count - 1
        if last + 1 < chunkLimit, last < 0 || order(chunk, last, key) < 0 {
            // What has two rows mostly gets more.
            if last == 0 { chunk.reserveCapacity(4) }
            chunk.append(Row(key: key, value: value))
            return nil
        }
        let place = place(of: key, in: chunk)
        if place.isFound {
            swap(&chunk[place.row].value, &value)
            return value
        }
        chunk.insert(Row(key: key, value: value), at: place.row)
        guard chunk.count > chunkLimit else { return nil }
        // Rows that come in order leave full chunks behind them.
        let kept = place.row == chunkLimit ? chunkLimit : chunk.count / 2
        split = Array(chunk[kept...])
        chunk.removeSubrange(kept...)
        return nil
    }

    package mutating func removeValue(forKey key: RowKey) {
        let index = chunkIndex(of: key)
        let place = Self.place(of: key, in: chunk(at: index))
        guard place.isFound else { return }
        count -= 1
        if index == 0 {
            first.remove(at: place.row)
            if first.isEmpty, !more.isEmpty { first = more.removeFirst() }
        } else {
            more[index - 1].remove(at: place.row)
            if more[index - 1].isEmpty { more.remove(at: index - 1) }
        }
    }

    /// Visits the rows in order.
    @inline(__always)
    func visit(_ body: (Row) throws -> Void) rethrows {
        for place in first.indices { try body(first[place]) }
        for chunk in more {
            for place in chunk.indices { try body(chunk[place]) }
        }
    }

    /// The rows of a kind in a range, in order or from its end.
    package func cursor(_ kind: RowKind, _ range: KeyRange, reverse: Bool) -> Cursor {
        Cursor(rows: self, kind: kind, range: range, reverse: reverse)
    }

    /// A place in a state of the rows, which moves on row by row.
    package struct Cursor {
        private let rows: SortedRows
        private let kind: RowKind
        private let range: KeyRange
        private let reverse: Bool
        private var place: Place

        fileprivate init(rows: SortedRows, kind: RowKind, range: KeyRange, reverse: Bool) {
            self.rows = rows
            self.kind = kind
            self.range = range
            self.reverse = reverse
            if reverse {
                let end = range.upper.map { RowKey(kind, $0) }
                place = rows.before(rows.end { key in end.map { key < $0 } ?? (key.kind.rawValue <= kind.rawValue) })
            } else {
                let start = RowKey(kind, range.lower)
                place = rows.settled(rows.end { $0 < start })
            }
        }

        /// The row at the place; nil at the end of the range.
        package var current: Row? {
            guard let row = rows.row(at: place) else { return nil }
            return row.key.kind == kind && range.contains(row.key.bytes) ? row : nil
        }

        package mutating func advance() {
            place =
                reverse
                ? rows.before(place) : rows.settled(Place(chunk: place.chunk, row: place.row + 1))
        }
    }

    fileprivate struct Place {
        var chunk: Int
        var row: Int
    }

    private func chunk(at index: Int) -> [Row] { index == 0 ? first : more[index - 1] }

    /// The last chunk that does not begin after a key, or the first.
    private func chunkIndex(of key: borrowing RowKey) -> Int {
        var (low, high) = (0, more.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.order(more[middle], 0, key) <= 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How the key of a row stands to another; in steps that need no copy of it, which would count a reference.
    @inline(__always)
    private static func order(_ chunk: [Row], _ row: Int, _ key: borrowing RowKey) -> Int {
        let (own, other) = (chunk[row].key.rank, key.rank)
        if own != other { return own < other ? -1 : 1 }
        return chunk[row].key.orderInRank(to: key)
    }

    private static func place(of key: borrowing RowKey, in chunk: [Row]) -> (row: Int, isFound: Bool) {
        var (low, high) = (0, chunk.count)
        while low < high {
            let middle = (low + high) / 2
            let order = order(chunk, middle, key)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// Where the keys end that are in front, all before the others; the row may be one past a chunk's end.
    private func end(of isInFront: (RowKey) -> Bool) -> Place {
        let index = Self.end(more.count) { isInFront(more[$0][0].key) }
        let chunk = chunk(at: index)
        return Place(chunk: index, row: Self.end(chunk.count) { isInFront(chunk[$0].key) })
    }

    private static func end(_ count: Int, of isInFront: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isInFront(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func row(at place: Place) -> Row? {
        guard place.chunk >= 0, place.chunk <= more.count else { return nil }
        let chunk = chunk(at: place.chunk)
        return place.row < chunk.count ? chunk[place.row] : nil
    }

    private func settled(_ place: Place) -> Place {
        guard place.chunk <= more.count, place.row == chunk(at: place.chunk).count else { return place }
        return Place(chunk: place.chunk + 1, row: 0)
    }

    private func before(_ place: Place) -> Place {
        if place.row > 0 { return Place(chunk: place.chunk, row: place.row - 1) }
        guard place.chunk > 0 else { return Place(chunk: -1, row: 0) }
        return Place(chunk: place.chunk - 1, row: chunk(at: place.chunk - 1).count - 1)
    }
}

extension SortedRows: Sequence {
    package struct Iterator: IteratorProtocol {
        fileprivate let rows: SortedRows
        fileprivate var place = Place(chunk: 0, row: 0)

        package mutating func next() -> Row? {
            defer { place = rows.settled(Place(chunk: place.chunk, row: place.row + 1)) }
            return rows.row(at: place)
        }
    }

    package func makeIterator() -> Iterator { Iterator(rows: self) }
}
