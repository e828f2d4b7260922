/// What is logged and the store may not contain: who has it, as rows merged by epochs, and how much that is.
///
/// An epoch is what one checkpoint writes at once, in any order: rows of different objects, the last write of each. A batch
/// that takes rows with it which others have written is an epoch of its own, between those before it and those after it.
struct UnappliedBatches {
    fileprivate struct Entry {
        let epoch: UInt64
        let owner: any BatchOwner
    }

    private(set) var alarms = UnappliedAlarms()
    /// About how much memory the rows take; see `LogSizes.objectBytes`.
    private(set) var memory = 0
    /// How many bytes of records are not applied.
    private var logged = 0
    private var epoch: UInt64 = 1
    /// In order of their epochs; an owner is there once for each.
    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    func isCheckpointDue(_ sizes: LogSizes) -> Bool {
        memory >= sizes.checkpointBytes || logged >= sizes.checkpointBytes
    }

    /// Notes the batches of a record that is durable.
    mutating func add(_ group: [BatchPart], record: UInt64, bytes: Int, _ sizes: LogSizes) {
        logged += bytes
        for part in group { add(part.batches, record: record, sizes) }
    }

    private mutating func add(_ batches: [SealedBatch], record: UInt64, _ sizes: LogSizes) {
        // By places, so that no batch is copied: what counts references to it takes them from the core that sealed it.
        for place in batches.indices {
            let isOrdinary = batches[place].isOrdinary
            if !isOrdinary { alarms.add(batches[place].content, sequence: record) }
            let isAlone = !isOrdinary && batches[place].content.changesOthers
            if isAlone { epoch += 1 }
            let growth = batches[place].owner.batchLogged(batches[place].content, epoch: epoch)
            if growth.isFirst { entries.append(Entry(epoch: epoch, owner: batches[place].owner)) }
            memory += growth.bytes + growth.rows * sizes.rowBytes + (growth.isFirst ? sizes.objectBytes : 0)
            if isAlone { epoch += 1 }
        }
    }

    /// What a checkpoint writes: all that was logged before it began.
    struct Cut {
        fileprivate let entries: [Entry]
        fileprivate let memory: Int
        fileprivate let logged: Int
        private let epoch: UInt64

        fileprivate init(_ unapplied: UnappliedBatches) {
            entries = unapplied.entries
            memory = unapplied.memory
            logged = unapplied.logged
            epoch = unapplied.epoch
        }

        var isEmpty: Bool { entries.isEmpty }

        /// By epochs, within each in order of the rows' keys.
        var contents: [BatchContent] {
            let found = entries.compactMap { entry in
                entry.owner.loggedContent(of: entry.epoch).map { (epoch: entry.epoch, content: $0) }
            }
            return found.sorted { left, right in
                if left.epoch != right.epoch { return left.epoch < right.epoch }
                return left.content.locator < right.content.locator
            }.map(\.content)
        }

        /// Tells the owners that the store contains it.
        func forget() {
            for entry in entries { entry.owner.forgetLogged(through: epoch) }
        }
    }

    /// Takes out what is to be written now, and begins a new epoch.
    mutating func cut() -> Cut {
        defer {
            entries = []
            epoch += 1
        }
        return Cut(self)
    }

    /// Takes back what could not be written.
    mutating func putBack(_ cut: Cut) { entries.insert(contentsOf: cut.entries, at: 0) }

    /// The store contains a cut, and so every record before `next`.
    mutating func forget(_ cut: Cut, before next: UInt64) {
        memory -= cut.memory
        logged -= cut.logged
        alarms.forget(before: next)
    }
}
