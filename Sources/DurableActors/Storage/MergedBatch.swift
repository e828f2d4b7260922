/// Batches of one object as one of the same effect.
///
/// To take a batch costs little, since the committing thread does it, whose memory the rows are not in: the batch is put with
/// those that wait. They are merged in the object's next turn, where the result is asked for, or when they have become many.
package struct MergedBatch: Sendable {
    private struct Merged: Sendable {
        var creation: ObjectRecord?
        var writes: WriteSet

        init(_ first: BatchContent) {
            creation = first.creation
            writes = first.writes
        }

        mutating func absorb(_ later: BatchContent) {
            creation = later.creation ?? creation
            writes.absorb(later.writes)
        }
    }

    /// How many batches wait at most, since whoever looks for a row looks through them.
    private static let mostWaiting = 32
    /// How many bytes wait at most, but for a single batch that has more: later ones may replace them.
    private static let mostWaitingBytes = 64 << 10

    /// The last of them.
    private var last: BatchContent
    /// Those before it that are not merged, the oldest first.
    private var waiting: [BatchContent] = []
    private var waitingBytes = 0
    /// What those before them come to; nil when there are none.
    private var merged: Merged?
    package let locator: ObjectLocator
    /// Whether the last makes the object known, so that its record outlives what replaces its rows.
    private var creates: Bool
    /// How many rows and bytes the last has: at hand here, while itself it is in another core's memory.
    private var lastRows: Int
    private var lastBytes: Int
    /// How many rows and bytes are kept, those that others replace among them.
    package private(set) var rowCount: Int
    package private(set) var byteCount: Int

    package init(_ first: BatchContent) {
        last = first
        locator = first.locator
        creates = first.creation != nil
        lastRows = first.writes.entries.count
        lastBytes = first.writes.byteCount
        rowCount = lastRows
        byteCount = lastBytes
    }

    package var removesObject: Bool { last.removesObject }
    private var isSingle: Bool { merged == nil && waiting.isEmpty }

    private var creation: ObjectRecord? {
        last.creation ?? waiting.last { $0.creation != nil }?.creation ?? merged?.creation
    }

    package var content: BatchContent {
        if isSingle { return last }
        var all = self
        all.mergeWaiting()
        guard var whole = all.merged else { return last }
        whole.absorb(last)
        return BatchContent(
            classNumber: last.classNumber,
            id: last.id,
            locator: last.locator,
            creation: whole.creation,
            writes: whole.writes,
            removesObject: last.removesObject
        )
    }

    /// What became of the object's place in the directory; nil when nothing did.
    var place: LoggedRows.Place? { removesObject ? .removed : creation.map { .made($0) } }

    /// Puts a later batch over these; neither removes the object.
    package mutating func absorb(_ later: BatchContent) {
        precondition(later.locator == locator, "Batches of different objects are merged.")
        let (rows, bytes) = (later.writes.entries.count, later.writes.byteCount)
        rowCount += rows
        byteCount += bytes
        if !creates, later.replaces(last) {
            rowCount -= lastRows
            byteCount -= lastBytes
        } else {
            waiting.append(last)
            waitingBytes += lastBytes
        }
        (last, lastRows, lastBytes, creates) = (later, rows, bytes, later.creation != nil)
        if waiting.count > Self.mostWaiting || waitingBytes > Self.mostWaitingBytes { mergeWaiting() }
    }

    /// Merges what waits.
    mutating func mergeWaiting() {
        guard !waiting.isEmpty else { return }
        for batch in waiting { if merged?.absorb(batch) == nil { merged = Merged(batch) } }
        waiting.removeAll(keepingCapacity: waiting.count == 1)
        waitingBytes = 0
        rowCount = (merged?.writes.entries.count ?? 0) + lastRows
        byteCount = (merged?.writes.byteCount ?? 0) + lastBytes
    }

    /// What they say of a row.
    func find(_ key: RowKey) -> WriteSet.Finding {
        if isSingle { return last.find(key) }
        for batch in [last] + waiting.reversed() {
            let finding = batch.find(key)
            if case .untouched = finding { continue }
            return finding
        }
        return merged?.writes.find(key) ?? .untouched
    }

    /// Their writes, the newest first.
    var writes: [WriteSet] {
        if isSingle { return [last.writes] }
        var newer: WriteSet?
        for batch in waiting { if newer?.absorb(batch.writes) == nil { newer = batch.writes } }
        return [last.writes] + [newer, merged?.writes].compactMap(\.self)
    }
}
