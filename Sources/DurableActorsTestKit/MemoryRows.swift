internal import DurableActors

/// An ordered map of bytes as a value: a copy costs nothing until one of the two changes.
struct MemoryRows: Sendable, Equatable {
    private var keys: [[UInt8]] = []
    private var values: [[UInt8]] = []

    var count: Int { keys.count }

    subscript(key: [UInt8]) -> [UInt8]? {
        let position = self.position(of: key)
        return position < keys.count && keys[position] == key ? values[position] : nil
    }

    mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        let position = self.position(of: key)
        if position < keys.count, keys[position] == key {
            values[position] = value
        } else {
            keys.insert(key, at: position)
            values.insert(value, at: position)
        }
    }

    mutating func delete(_ key: [UInt8]) {
        let position = self.position(of: key)
        guard position < keys.count, keys[position] == key else { return }
        keys.remove(at: position)
        values.remove(at: position)
    }

    mutating func delete(_ range: KeyRange) {
        let first = position(of: range.lower)
        let end = max(range.upper.map { position(of: $0) } ?? keys.count, first)
        keys.removeSubrange(first..<end)
        values.removeSubrange(first..<end)
    }

    func scan(
        from lower: [UInt8],
        to upper: [UInt8]?,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) rethrows {
        let first = position(of: lower)
        let end = max(upper.map { position(of: $0) } ?? keys.count, first)
        for offset in 0..<(end - first) {
            let index = reverse ? end - 1 - offset : first + offset
            guard try visit(keys[index], values[index]) else { return }
        }
    }

    /// Where the first key is that does not come before `key`.
    private func position(of key: [UInt8]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
