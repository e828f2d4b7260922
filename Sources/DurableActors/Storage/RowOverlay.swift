/// Changes of rows of one kind over each other: one stream in order, or from the end, of the newest change of each.
package struct RowOverlay {
    private var cursors: [WriteSet.Entries.Cursor]
    private let reverse: Bool

    /// Lays writes over each other, of which the first are the newest.
    package init(_ writes: [WriteSet], _ kind: RowKind, _ range: KeyRange, reverse: Bool) {
        cursors = writes.map { $0.entries.cursor(kind, range, reverse: reverse) }
        self.reverse = reverse
    }

    /// The next change; a value of nil deletes the row.
    package var next: WriteSet.Row? {
        var found: WriteSet.Row?
        for cursor in cursors {
            guard let row = cursor.current else { continue }
            if let known = found, !precedes(row.key.bytes, known.key.bytes) { continue }
            found = row
        }
        return found
    }

    package mutating func advance() {
        guard let key = next?.key else { return }
        for place in cursors.indices where cursors[place].current?.key == key { cursors[place].advance() }
    }

    func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        reverse ? right.lexicographicallyPrecedes(left) : left.lexicographicallyPrecedes(right)
    }
}
