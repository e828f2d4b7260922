/// Where an object's rows are: its shard and its number, under which they form one contiguous range.
package struct ObjectLocator: Sendable, Hashable, Comparable {
    package let shard: ShardIndex
    package let number: UInt64

    package init(shard: ShardIndex, number: UInt64) {
        self.shard = shard
        self.number = number
    }

    /// In the order of their rows.
    package static func < (left: ObjectLocator, right: ObjectLocator) -> Bool {
        left.shard == right.shard ? left.number < right.number : left.shard.value < right.shard.value
    }
}

/// The number that stands for a class in keys; given out once per environment for each unique key.
package struct ClassNumber: Sendable, Hashable {
    package let value: UInt32
    package init(_ value: UInt32) { self.value = value }
}

/// What the directory knows of an object.
package struct ObjectRecord: Sendable, Hashable {
    package let number: UInt64
    package let name: String?
    package let createdAt: Int64

    package init(number: UInt64, name: String?, createdAt: Int64) {
        self.number = number
        self.name = name
        self.createdAt = createdAt
    }

    func named(_ name: String) -> ObjectRecord { ObjectRecord(number: number, name: name, createdAt: createdAt) }
    func numbered(_ number: UInt64) -> ObjectRecord { ObjectRecord(number: number, name: name, createdAt: createdAt) }
}

/// What a batch does to one object's rows: all that a store or a log has to know of it.
package final class BatchContent: Sendable {
    // What the committing thread reads comes first: it is in another core's memory, by lines.
    /// The object's batch before, and whether this one writes every row of it.
    ///
    /// Found out in the turn, where the rows are at hand. It names the batch while that is kept, and nothing afterwards.
    private let previous: ObjectIdentifier?
    let replacesPrevious: Bool
    /// Whether it removes all that is known of the object, instead of writing.
    package let removesObject: Bool
    /// Whether rows of other numbers go or come with it: those of facets.
    package let changesOthers: Bool
    /// Whether it sets or removes alarms.
    package let changesAlarms: Bool
    package let locator: ObjectLocator
    package let writes: WriteSet
    /// Set when this batch makes the object known to the directory.
    package let creation: ObjectRecord?
    package let classNumber: ClassNumber
    package let id: DurableObjectId

    package init(
        classNumber: ClassNumber,
        id: DurableObjectId,
        locator: ObjectLocator,
        creation: ObjectRecord?,
        writes: WriteSet,
        removesObject: Bool = false,
        after previous: BatchContent? = nil
    ) {
        self.classNumber = classNumber
        self.id = id
        self.locator = locator
        self.creation = creation
        self.writes = writes
        self.removesObject = removesObject
        changesOthers =
            removesObject
            || writes.mayHold(.facet)
                && writes.entries.contains { $0.key.kind == .facet && FacetOrigin($0.value) != .nothing }
        changesAlarms = writes.mayHold(.alarm) && writes.entries.contains { $0.key.kind == .alarm }
        if let previous {
            self.previous = ObjectIdentifier(previous)
            replacesPrevious = writes.replaces(previous.writes)
        } else {
            self.previous = nil
            replacesPrevious = false
        }
    }

    /// Whether nothing is left of the rows of an earlier batch of the object under this one.
    ///
    /// The earlier one has been kept since before this one was sealed, so no other can have had its identity then.
    func replaces(_ earlier: BatchContent) -> Bool {
        previous == ObjectIdentifier(earlier) ? replacesPrevious : writes.replaces(earlier.writes)
    }

    /// When the earliest alarm is due that this batch sets.
    package var earliestAlarm: Int64? {
        guard changesAlarms else { return nil }
        var earliest: Int64?
        for entry in writes.entries where entry.key.kind == .alarm {
            // Silence is right: a value that this process encoded itself decodes.
            guard let value = entry.value, let due = try? AlarmTime.decode(value) else { continue }
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    /// What it says of a row.
    package func find(_ key: RowKey) -> WriteSet.Finding { removesObject ? .deleted : writes.find(key) }
}

/// The writes of one turn, sealed: committed together or not at all, after the object's earlier batches.
///
/// This is what a committer takes, whatever is behind it: LMDB's own commit or a log of such batches.
package struct SealedBatch: Sendable {
    package let content: BatchContent
    /// Counts the object's batches from 1 within one life of its cell.
    package let sequence: UInt64
    /// Told on the committing thread when the batch is durable or has failed.
    package let owner: any BatchOwner
    /// Which of the committer's queues may still have an earlier batch of the owner; nil when those are durable.
    private let behind: Int?
    /// Whether it changes nothing but rows of its object that nobody else follows, as nearly all do.
    let isOrdinary: Bool
    /// How many bytes it writes, about.
    package var byteCount: Int { content.writes.byteCount }

    /// Whether an earlier batch of the owner may wait in another queue.
    func isBehind(another queue: Int) -> Bool { behind.map { $0 != queue } ?? false }

    package init(_ content: BatchContent, sequence: UInt64, owner: any BatchOwner, behind: Int? = nil) {
        self.content = content
        self.sequence = sequence
        self.owner = owner
        self.behind = behind
        isOrdinary = !content.changesOthers && !content.changesAlarms
    }
}

/// Whose batch it is.
package protocol BatchOwner: AnyObject, Sendable {
    /// Whether the batch may still be committed: false after an earlier one of the same life has failed.
    func accepts(_ batch: SealedBatch) -> Bool
    /// Seals what the owner has written and left open; callable from any thread.
    func sealOpenWrites()
    /// The batch is durable in the log and not in the store, which it gets to with all others of the epoch.
    ///
    /// Told before `batchCommitted`, in the order of the log. The rows are kept until `forgetLogged`.
    func batchLogged(_ content: BatchContent, epoch: UInt64) -> LoggedRows.Growth
    /// What was logged in an epoch, merged; callable from any thread.
    func loggedContent(of epoch: UInt64) -> BatchContent?
    /// The store contains what was logged up to an epoch, so reads that begin now find it there.
    func forgetLogged(through epoch: UInt64)
    /// The batch is on disk.
    func batchCommitted(_ batch: SealedBatch)
    /// The batch is not on disk and never will be, nor are the owner's later ones that were sealed by now.
    ///
    /// Told once for all of them, before any further batch is taken.
    func batchFailed(_ batch: SealedBatch, _ error: any Error)
}
