/// Batches of one object as one of the same effect.
package struct MergedBatch: Sendable {
    private struct Merged: Sendable {
        var creation: ObjectRecord?
        var writes: WriteSet
    }

    /// The last of them.
    private var last: BatchContent
    /// What all of them come to; nil while that is what the last one says.
    private var merged: Merged?
    package let locator: ObjectLocator
    /// Whether one of them makes the object known, so that its record outlives what replaces its rows.
    private var creates: Bool
    package private(set) var rowCount: Int
    package private(set) var byteCount: Int

    package init(_ first: BatchContent) {
        last = first
        locator = first.locator
        creates = first.creation != nil
        rowCount = first.writes.entries.count
        byteCount = first.writes.byteCount
    }

    package var removesObject: Bool { last.removesObject }
    package var writes: WriteSet { merged?.writes ?? last.writes }
    private var creation: ObjectRecord? { merged?.creation ?? last.creation }

    package var content: BatchContent {
        guard let merged else { return last }
        return BatchContent(
            classNumber: last.classNumber,
            id: last.id,
            locator: last.locator,
            creation: merged.creation,
            writes: merged.writes,
            removesObject: last.removesObject
        )
    }

    /// What became of the object's place in the directory; nil when nothing did.
    var place: LoggedRows.Place? { removesObject ? .removed : creation.map { .made($0) } }

    /// Puts a later batch over these; neither removes the object.
    package mutating func absorb(_ later: BatchContent) {
        precondition(later.locator == locator, "Batches of different objects are merged.")
        defer { last = later }
        if merged == nil, !creates, later.replaces(last) {
            creates = later.creation != nil
            rowCount = later.writes.entries.count
            byteCount = later.writes.byteCount
            return
        }
        var all = merged.take() ?? Merged(creation: last.creation, writes: last.writes)
        all.creation = later.creation ?? all.creation
        all.writes.absorb(later.writes)
        rowCount = all.writes.entries.count
        byteCount = all.writes.byteCount
        merged = all
    }

    /// What they say of a row.
    func find(_ key: RowKey) -> WriteSet.Finding {
        guard let merged else { return last.find(key) }
        return removesObject ? .deleted : merged.writes.find(key)
    }
}
