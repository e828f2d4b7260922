import DurableActors
import DurableActorsTestKit
import Locks

/// Objects that write through a committer and a log onto a simulated disk, with a model of what must be there.
final class LogRig: Sendable {
    /// A group that was handed over: from which step of the disk on it may be there, and from which its fate is known.
    struct Group: Sendable {
        let contents: [BatchContent]
        let start: Int
        var isCommitted = false
        /// Nil while the group may be there or not.
        var settled: Int?
    }

    let disk: MemoryStore
    let world: SimulatedWorld
    let objects: ObjectStore
    let lines = Recorder<String>()
    private let owners = RigOwners()
    private let committer: GroupCommitter
    private let state: Mutex<State>

    private struct State {
        var groups: [Group] = []
    }

    init(_ disk: MemoryStore, seed: UInt64 = 1, store: (any OrderedStore)? = nil) throws {
        self.disk = disk
        world = SimulatedWorld(seed: seed)
        let lines = lines
        objects = try ObjectStore(
            store ?? disk,
            loggingTo: disk,
            sizes: disk.logSizes ?? LogSizes(),
            world: world.world,
            log: EventLog { lines.add($0) }
        )
        committer = GroupCommitter(store: objects, scheduler: TestLanes())
        state = Mutex(State())
    }

    var groups: [Group] { state.withLock { $0.groups } }

    /// Commits batches as one group; true when they were told to be durable.
    @discardableResult
    func commit(_ contents: [BatchContent]) -> Bool {
        let start = disk.stepCount
        let batches = owners.seal(contents)
        for batch in batches { committer.submit(batch) }
        _ = committer.performInline()
        let isCommitted = owners.told.take() == batches.map(\.sequence)
        state.withLock { state in
            let settled = isCommitted ? disk.stepCount : nil
            state.groups.append(
                Group(contents: contents, start: start, isCommitted: isCommitted, settled: settled)
            )
        }
        settle()
        return isCommitted
    }

    /// Notes that failed groups will not come back, once an object could start again.
    func settle() {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("none")
        do {
            _ = try objects.record(ClassNumber(9), id)
        } catch {
            return
        }
        state.withLock { state in
            for place in state.groups.indices where state.groups[place].settled == nil {
                state.groups[place].settled = disk.stepCount
            }
        }
    }

    /// What a start after a power cut at a step may find: what was acknowledged, and maybe one group whose fate was open.
    func possible(atStep step: Int) throws -> [StoreContents] {
        let known = groups.filter { group in group.settled.map { $0 <= step } ?? false }
        let base = known.filter(\.isCommitted).map(\.contents)
        let open = groups.filter { $0.start <= step && ($0.settled ?? .max) > step }
        return try ([[]] + open.map { [$0.contents] }).map { try StoreContents(applying: base + $0) }
    }

    /// What is wrong with the disk after power cuts at some steps; `torn` keeps parts of what was not flushed.
    func violations(every stride: Int = 1, torn: UInt64) -> [String] {
        Swift.stride(from: 0, through: disk.stepCount, by: stride).compactMap { step in
            let seed = step % 3 == 0 ? nil : torn &+ UInt64(step)
            do {
                let found = try StoreContents(opening: disk.copy(afterStep: step, tornBy: seed))
                return try possible(atStep: step).contains(found) ? nil : "step \(step): something else is there"
            } catch {
                return "step \(step): \(error)"
            }
        }
    }
}

/// Owners of batches, one for each object.
final class RigOwners: Sendable {
    /// The numbers of the batches that were told to be durable.
    let told = Recorder<UInt64>()
    private let state = Mutex<(owners: [ObjectLocator: RigOwner], sequence: UInt64)>(([:], 0))

    func seal(_ contents: [BatchContent]) -> [SealedBatch] {
        state.withLock { state in
            contents.map { content in
                let owner = state.owners[content.locator] ?? RigOwner(told: told)
                state.owners[content.locator] = owner
                state.sequence += 1
                return SealedBatch(content, sequence: state.sequence, owner: owner)
            }
        }
    }
}

private final class RigOwner: BatchOwner {
    private let told: Recorder<UInt64>
    private let logged = Mutex(LoggedRows())

    init(told: Recorder<UInt64>) { self.told = told }

    func accepts(_ batch: SealedBatch) -> Bool { true }
    func batchLogged(_ content: BatchContent, epoch: UInt64) -> LoggedRows.Growth {
        logged.withLock { $0.add(content, epoch: epoch) }
    }
    func loggedContent(of epoch: UInt64) -> BatchContent? { logged.withLock { $0.batch(of: epoch) }?.content }
    func forgetLogged(through epoch: UInt64) { logged.withLock { $0.forget(through: epoch) } }
    func sealOpenWrites() {}
    func batchCommitted(_ batch: SealedBatch) { told.add(batch.sequence) }
    func batchFailed(_ batch: SealedBatch, _ error: any Error) {}
}

/// All rows of a store but those about the log, for comparison.
struct StoreContents: Equatable {
    private var rows: [[UInt8]: [UInt8]] = [:]

    init(_ store: any OrderedStore) throws {
        for table in [StoreTable.directory, .rows, .alarms] {
            try store.read { snapshot in
                try snapshot.scan(table, from: [], to: nil, reverse: false) { key, value in
                    rows[[UInt8(table.rawValue)] + key] = value
                    return true
                }
            }
        }
        rows[[]] = try store.read { try $0.get(.meta, RowLayout.nextObjectKey) }
    }

    /// What groups come to that are written to a store one after the other.
    init(applying groups: [[BatchContent]]) throws {
        let store = MemoryStore()
        let objects = try ObjectStore(store)
        let owners = RigOwners()
        for group in groups { try objects.commit(owners.seal(group)) }
        try self.init(store)
    }

    /// What a start on a disk makes of it.
    init(opening disk: MemoryStore) throws {
        _ = try LogRig(disk)
        try self.init(disk)
    }
}

/// Batches of a few objects that come and go, with alarms.
final class RigWriter {
    private let random: SeededRandom
    private var numbers: [Int: UInt64] = [:]
    private var nextNumber: UInt64 = 1

    init(_ random: SeededRandom) { self.random = random }

    func group(bytes: Int = 60) -> [BatchContent] { (0..<1 + random.below(3)).map { _ in batch(bytes) } }

    private func batch(_ bytes: Int) -> BatchContent {
        let place = random.below(5)
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("object \(place)")
        var creation: ObjectRecord?
        let removes = numbers[place] != nil && random.below(8) == 0
        if numbers[place] == nil {
            creation = ObjectRecord(number: nextNumber, name: "object \(place)", createdAt: 5)
            numbers[place] = nextNumber
            nextNumber += 1
        }
        let number = numbers[place] ?? 0
        if removes { numbers[place] = nil }
        var writes = WriteSet()
        if !removes {
            if random.below(9) == 0 { writes.clearContents() }
            for _ in 0..<1 + random.below(4) {
                let key = RowKey(.keyValue, random.bytes(1))
                writes.set(key, random.below(4) == 0 ? nil : random.bytes(random.below(bytes)))
            }
            if random.below(3) == 0 {
                let due = random.below(4) == 0 ? nil : AlarmTime.encode(Int64(random.below(1_000_000)))
                writes.set(RowKey(.alarm, Array("a\(random.below(2))".utf8)), due)
            }
        }
        return BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: number),
            creation: creation,
            writes: writes,
            removesObject: removes
        )
    }
}
