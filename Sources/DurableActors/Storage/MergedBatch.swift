/// Batches of one object as one of the same effect.
package struct MergedBatch: Sendable {
    private let first: BatchContent
    private var creation: ObjectRecord?
    package private(set) var writes: WriteSet

    package init(_ first: BatchContent) {
        self.first = first
        creation = first.creation
        writes = first.writes
    }

    package var locator: ObjectLocator { first.locator }
    package var removesObject: Bool { first.removesObject }

    package var content: BatchContent {
        BatchContent(
            classNumber: first.classNumber,
            id: first.id,
            locator: first.locator,
            creation: creation,
            writes: writes,
            removesObject: removesObject
        )
    }

    /// What became of the object's place in the directory; nil when nothing did.
    var place: LoggedRows.Place? { removesObject ? .removed : creation.map { .made($0) } }

    /// Puts a later batch over these; neither removes the object.
    package mutating func absorb(_ later: BatchContent) {
        precondition(later.locator == locator, "Batches of different objects are merged.")
        creation = later.creation ?? creation
        writes.absorb(later.writes)
    }

    /// What they say of a row.
    func find(_ key: RowKey) -> WriteSet.Finding { removesObject ? .deleted : writes.find(key) }
}
