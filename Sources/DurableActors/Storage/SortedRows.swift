/// Rows in byte order of their keys: chunks of sorted rows, so that neither a row in the middle nor a short range
/// costs more with many.
package struct SortedRows<Value: Sendable>: Sendable {
    package struct Row: Sendable {
        package let key: [UInt8]
        package var value: Value
    }

    private static var chunkLimit: Int { 128 }

    /// None is empty.
    private var chunks: [[Row]] = []

    package init() {}

    package var isEmpty: Bool { chunks.isEmpty }

    package subscript(key: [UInt8]) -> Value? {
        get {
            guard !chunks.isEmpty else { return nil }
            let place = place(of: key)
            guard place.row < chunks[place.chunk].count, chunks[place.chunk][place.row].key == key else { return nil }
            return chunks[place.chunk][place.row].value
        }
        set {
            if let newValue { set(key, newValue) } else { remove(key) }
        }
    }

    private mutating func set(_ key: [UInt8], _ value: Value) {
        guard !chunks.isEmpty else { return chunks = [[Row(key: key, value: value)]] }
        let place = place(of: key)
        if place.row < chunks[place.chunk].count, chunks[place.chunk][place.row].key == key {
            chunks[place.chunk][place.row].value = value
            return
        }
        chunks[place.chunk].insert(Row(key: key, value: value), at: place.row)
        let count = chunks[place.chunk].count
        guard count > Self.chunkLimit else { return }
        // Rows that come in order leave full chunks behind them.
        let kept = place.row == count - 1 ? count - 1 : count / 2
        let split = Array(chunks[place.chunk][kept...])
        chunks[place.chunk].removeSubrange(kept...)
        chunks.insert(split, at: place.chunk + 1)
    }

    private mutating func remove(_ key: [UInt8]) {
        guard !chunks.isEmpty else { return }
        let place = place(of: key)
        guard place.row < chunks[place.chunk].count, chunks[place.chunk][place.row].key == key else { return }
        chunks[place.chunk].remove(at: place.row)
        if chunks[place.chunk].isEmpty { chunks.remove(at: place.chunk) }
    }

    package mutating func removeAll(where isGone: (Value) -> Bool) {
        for index in chunks.indices { chunks[index].removeAll { isGone($0.value) } }
        chunks.removeAll { $0.isEmpty }
    }

    /// The rows of a range in order, or from its end.
    package func cursor(_ range: KeyRange, reverse: Bool) -> Cursor {
        Cursor(rows: self, range: range, reverse: reverse)
    }

    /// A place in a state of the rows, which moves on row by row.
    package struct Cursor {
        private let rows: SortedRows
        private let range: KeyRange
        private let reverse: Bool
        private var place: Place

        fileprivate init(rows: SortedRows, range: KeyRange, reverse: Bool) {
            self.rows = rows
            self.range = range
            self.reverse = reverse
            if reverse {
                let end = range.upper.map { rows.place(of: $0) } ?? Place(chunk: rows.chunks.count, row: 0)
                place = rows.before(end)
            } else {
                place = rows.settled(rows.place(of: range.lower))
            }
        }

        /// The row at the place; nil at the end of the range.
        package var current: Row? {
            guard rows.chunks.indices.contains(place.chunk) else { return nil }
            let row = rows.chunks[place.chunk][place.row]
            return range.contains(row.key) ? row : nil
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

    /// Where the first key is that does not come before `key`, or where it belongs; the row may be one past a chunk's end.
    private func place(of key: [UInt8]) -> Place {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if key.lexicographicallyPrecedes(chunks[middle][0].key) { high = middle } else { low = middle + 1 }
        }
        let chunk = max(low - 1, 0)
        guard chunk < chunks.count else { return Place(chunk: 0, row: 0) }
        (low, high) = (0, chunks[chunk].count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[chunk][middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return Place(chunk: chunk, row: low)
    }

    private func settled(_ place: Place) -> Place {
        guard place.chunk < chunks.count, place.row == chunks[place.chunk].count else { return place }
        return Place(chunk: place.chunk + 1, row: 0)
    }

    private func before(_ place: Place) -> Place {
        if place.row > 0 { return Place(chunk: place.chunk, row: place.row - 1) }
        guard place.chunk > 0 else { return Place(chunk: -1, row: 0) }
        return Place(chunk: place.chunk - 1, row: chunks[place.chunk - 1].count - 1)
    }
}
