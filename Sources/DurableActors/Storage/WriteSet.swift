/// The writes of one turn of one object: a value, so that a savepoint is a copy and a rollback an assignment.
///
/// The last write of a row wins. `clearsContents` says that every row from before is gone that `deleteAll` removes, under the
/// entries.
package struct WriteSet: Sendable {
    /// One row's new value; nil deletes it.
    package struct Entry: Sendable {
        package let key: RowKey
        package var value: [UInt8]?
    }

    /// Up to how many entries a search by eye is faster than a table.
    private static let scanLimit = 8

    package private(set) var entries: [Entry] = []
    /// How much it holds, which is about how much a commit of it writes.
    package var byteCount: Int { entries.reduce(0) { $0 + $1.key.bytes.count + ($1.value?.count ?? 0) } }
    private var index: [RowKey: Int] = [:]
    package private(set) var clearsContents = false

    package init() {}

    package var isEmpty: Bool { entries.isEmpty && !clearsContents }

    /// What this set says of a row.
    package enum Finding {
        case value([UInt8])
        case deleted
        case untouched
    }

    package func find(_ key: RowKey) -> Finding {
        if let position = position(of: key) {
            return entries[position].value.map { .value($0) } ?? .deleted
        }
        return clearsContents && key.kind.isContents ? .deleted : .untouched
    }

    package mutating func set(_ key: RowKey, _ value: [UInt8]?) {
        if let position = position(of: key) {
            entries[position].value = value
            return
        }
        entries.append(Entry(key: key, value: value))
        if entries.count == Self.scanLimit + 1 {
            for (position, entry) in entries.enumerated() { index[entry.key] = position }
        } else if entries.count > Self.scanLimit {
            index[key] = entries.count - 1
        }
    }

    /// Forgets the key-values and pages written here and marks all earlier ones as gone.
    package mutating func clearContents() {
        entries.removeAll { $0.key.kind.isContents }
        clearsContents = true
        index.removeAll()
        guard entries.count > Self.scanLimit else { return }
        for (position, entry) in entries.enumerated() { index[entry.key] = position }
    }

    /// Puts later writes over these.
    package mutating func absorb(_ later: WriteSet) {
        if later.clearsContents { clearContents() }
        for entry in later.entries { set(entry.key, entry.value) }
    }

    /// The entries in the order in which a store keeps them.
    package var entriesInOrder: [Entry] {
        guard entries.count > 1 else { return entries }
        return entries.sorted { left, right in
            left.key.kind == right.key.kind
                ? left.key.bytes.lexicographicallyPrecedes(right.key.bytes)
                : left.key.kind.rawValue < right.key.kind.rawValue
        }
    }

    private func position(of key: RowKey) -> Int? {
        if entries.count > Self.scanLimit { return index[key] }
        return entries.firstIndex { $0.key == key }
    }
}
