/// The writes of one turn of one object: a value, so that a savepoint is a copy and a rollback an assignment.
///
/// The last write of a row wins. `clearsContents` says that every row from before is gone that `deleteAll` removes, under the
/// entries.
package struct WriteSet: Sendable {
    /// A row's new value; nil deletes it.
    package struct Row: KeyedRow {
        package let key: RowKey
        package var value: [UInt8]?

        package init(key: consuming RowKey, value: consuming [UInt8]?) {
            self.key = key
            self.value = value
        }
    }

    package typealias Entries = SortedRows<Row>

    package private(set) var entries = Entries()
    /// How much it holds, which is about how much a commit of it writes.
    package private(set) var byteCount = 0
    package private(set) var clearsContents = false
    /// A bit for each kind of row that was ever set here.
    private var kinds: UInt8 = 0

    package init() {}

    package var isEmpty: Bool { entries.isEmpty && !clearsContents }

    /// Whether there may be rows of a kind, which costs no look at them.
    func mayHold(_ kind: RowKind) -> Bool { kinds & 1 << kind.rawValue != 0 }

    /// What this set says of a row.
    package enum Finding {
        case value([UInt8])
        case deleted
        case untouched
    }

    package func find(_ key: RowKey) -> Finding {
        if let value = entries[key] { return value.map { .value($0) } ?? .deleted }
        return clearsContents && key.kind.isContents ? .deleted : .untouched
    }

    package mutating func set(_ key: consuming RowKey, _ value: consuming [UInt8]?) {
        let keyBytes = key.bytes.count
        byteCount += value?.count ?? 0
        kinds |= 1 << key.kind.rawValue
        if let old = entries.updateValue(value, forKey: key) {
            byteCount -= old?.count ?? 0
        } else {
            byteCount += keyBytes
        }
    }

    /// Sets aside memory for so many rows, where there are none.
    mutating func reserve(_ rows: Int) { entries.reserve(rows) }

    /// Forgets the key-values and pages written here and marks all earlier ones as gone.
    package mutating func clearContents() {
        let old = entries
        self = WriteSet()
        clearsContents = true
        for entry in old where !entry.key.kind.isContents { set(entry.key, entry.value) }
    }

    /// Puts later writes over these.
    package mutating func absorb(_ later: WriteSet) {
        if later.replaces(self) { return self = later }
        if later.clearsContents { clearContents() }
        later.entries.visit { set($0.key, $0.value) }
    }

    /// Whether nothing is left of earlier writes under these: mostly an object writes the rows that it wrote before.
    func replaces(_ earlier: WriteSet) -> Bool {
        !earlier.clearsContents && earlier.entries.count <= entries.count && entries.hasKeys(of: earlier.entries)
    }
}
