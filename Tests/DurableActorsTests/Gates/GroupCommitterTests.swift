import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// An owner that notes what it is told and accepts what it is told to.
private final class TestOwner: BatchOwner {
    let told = Recorder<String>()
    let fence = Mutex<UInt64>(0)
    /// What is done while batches are committed, and when one has been.
    let whileCommitting = Mutex<(@Sendable (_ sequence: UInt64) -> Void)?>(nil)
    let whenCommitted = Mutex<(@Sendable (_ sequence: UInt64) -> Void)?>(nil)

    func accepts(_ batch: SealedBatch) -> Bool {
        whileCommitting.withLock { $0 }?(batch.sequence)
        return batch.sequence > fence.withLock { $0 }
    }
    func batchLogged(_ content: BatchContent, epoch: UInt64) -> LoggedRows.Growth { fatalError("There is no log.") }
    func loggedContent(of epoch: UInt64) -> BatchContent? { nil }
    func forgetLogged(through epoch: UInt64) {}
    func sealOpenWrites() { told.add("asked") }
    func batchCommitted(_ batch: SealedBatch) {
        told.add("committed \(batch.sequence)")
        whenCommitted.withLock { $0 }?(batch.sequence)
    }
    func batchFailed(_ batch: SealedBatch, _ error: any Error) { told.add("failed \(batch.sequence)") }
}

@Suite struct GroupCommitterTests {
    private let store = MemoryStore()
    private let lanes = TestLanes()

    private func batch(
        _ sequence: UInt64,
        of owner: TestOwner,
        key: String,
        value: UInt8 = 1,
        size: Int = 1,
        removes: Bool = false,
        behind: Int? = nil
    ) -> SealedBatch {
        var writes = WriteSet()
        if !removes { writes.set(RowKey(.keyValue, Array(key.utf8)), [UInt8](repeating: value, count: size)) }
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n")
        let content = BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: 1),
            creation: nil,
            writes: writes,
            removesObject: removes
        )
        return SealedBatch(content, sequence: sequence, owner: owner, behind: behind)
    }

    @Test func `what gathers commits as one group in the order of submission`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owner = TestOwner()
        let before = store.commitCount
        #expect(!committer.isPending && !committer.performInline())
        for sequence: UInt64 in 1...3 { committer.submit(batch(sequence, of: owner, key: "\(sequence)")) }
        #expect(committer.isPending)
        #expect(committer.performInline())
        #expect(store.commitCount == before + 1)
        #expect(owner.told.all == ["committed 1", "committed 2", "committed 3"])
        #expect(!committer.isPending && !committer.performInline())
    }

    @Test func `what may wait is asked for once nothing else is pending`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owner = TestOwner()
        committer.submit(batch(1, of: owner, key: "a"))
        committer.sealLater(owner)
        #expect(committer.isPendingLater)
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 1"])
        #expect(!committer.isPending && committer.isPendingLater)
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 1", "asked"])
        #expect(!committer.isPendingLater && !committer.performInline())
    }

    @Test func `a group that fails is told to each owner once and not tried again`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let (first, second) = (TestOwner(), TestOwner())
        store.failWrite(1, with: StorageError(.io, "broken"))
        committer.submit(batch(1, of: first, key: "a"))
        committer.submit(batch(1, of: second, key: "b"))
        committer.submit(batch(2, of: first, key: "c"))
        #expect(committer.performInline())
        #expect(first.told.all == ["failed 1"])
        #expect(second.told.all == ["failed 1"])
        #expect(!committer.isPending)
    }

    @Test func `a fenced batch is dropped in silence beside its owner's new ones`() throws {
        let objects = try ObjectStore(store)
        let committer = GroupCommitter(store: objects, scheduler: lanes)
        let owner = TestOwner()
        owner.fence.withLock { $0 = 2 }
        committer.noteFence()
        committer.submit(batch(2, of: owner, key: "old"))
        committer.submit(batch(3, of: owner, key: "new"))
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 3"])
        let object = batch(3, of: owner, key: "").content.locator
        #expect(try objects.get(object, RowKey(.keyValue, Array("old".utf8))) == nil)
        #expect(try objects.get(object, RowKey(.keyValue, Array("new".utf8))) == [1])
    }

    @Test func `what an idle worker could not commit follows the group before it, though nobody asks again`()
        async throws
    {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owner = TestOwner()
        let second = batch(2, of: owner, key: "b")
        committer.noteFence()
        owner.whileCommitting.withLock {
            $0 = { sequence in
                guard sequence == 1 else { return }
                committer.submit(second)
                #expect(!committer.performInline())
            }
        }
        committer.startThread()
        await withCheckedContinuation { done in
            owner.whenCommitted.withLock { $0 = { if $0 == 2 { done.resume() } } }
            committer.submit(batch(1, of: owner, key: "a"))
            committer.requestThread()
        }
        #expect(owner.told.all == ["committed 1", "committed 2"])
        committer.stop()
    }

    @Test func `what does not fit a group follows it, though nobody asks again`() async throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owner = TestOwner()
        committer.startThread()
        await withCheckedContinuation { done in
            owner.whenCommitted.withLock { $0 = { if $0 == 3 { done.resume() } } }
            for sequence: UInt64 in 1...3 {
                committer.submit(batch(sequence, of: owner, key: "a", size: GroupCommitter.maximumGroupBytes))
            }
            committer.requestThread()
        }
        #expect(owner.told.all == ["committed 1", "committed 2", "committed 3"])
        committer.stop()
    }

    @Test func `a commit takes no more bytes than it may, but always one batch`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owner = TestOwner()
        let before = store.commitCount
        let halves = [GroupCommitter.maximumGroupBytes / 2, GroupCommitter.maximumGroupBytes * 2, 10, 10]
        for (index, size) in halves.enumerated() {
            committer.submit(batch(UInt64(index + 1), of: owner, key: "\(index)", size: size))
        }
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 1"])
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 1", "committed 2"])
        #expect(committer.performInline())
        #expect(owner.told.all == ["committed 1", "committed 2", "committed 3", "committed 4"])
        #expect(store.commitCount == before + 3 && !committer.isPending)
    }

    @Test func `owners are told that a batch is durable on the lane where it was sealed`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owners = (0..<3).map { _ in TestOwner() }
        for (sequence, lane) in [(1, 0), (2, 1), (3, nil)] {
            lanes.current = lane
            committer.submit(batch(UInt64(sequence), of: owners[sequence - 1], key: "\(sequence)"))
        }
        lanes.current = 0
        #expect(committer.performInline())
        #expect(owners.map(\.told.all) == [["committed 1"], [], ["committed 3"]])
        #expect(lanes.waiting.map(\.lane) == [1])
        for (_, item) in lanes.waiting { item.runReady() }
        #expect(owners[1].told.all == ["committed 2"])
    }

    @Test(arguments: [[0, 1], [1, 0], [nil, 0], [1, nil]] as [[Int?]])
    func `an object's batches commit in their order, whichever lanes hand them over`(order: [Int?]) throws {
        let objects = try ObjectStore(store)
        let committer = GroupCommitter(store: objects, scheduler: lanes)
        let owner = TestOwner()
        var behind: Int?
        for (place, lane) in (order + order).enumerated() {
            lanes.current = lane
            let value = UInt8(place + 1)
            behind = committer.submit(batch(UInt64(value), of: owner, key: "a", value: value, behind: behind))
        }
        #expect(committer.performInline())
        let object = batch(1, of: owner, key: "").content.locator
        #expect(try objects.get(object, RowKey(.keyValue, Array("a".utf8))) == [4])
    }

    @Test(arguments: [[0, 1], [1, 0]])
    func `what removes the rows of others comes between those before it and those after it`(order: [Int]) throws {
        let objects = try ObjectStore(store)
        let committer = GroupCommitter(store: objects, scheduler: lanes)
        let owners = (0..<3).map { _ in TestOwner() }
        lanes.current = order[0]
        committer.submit(batch(1, of: owners[0], key: "before"))
        lanes.current = order[1]
        committer.submit(batch(1, of: owners[1], key: "", removes: true))
        lanes.current = order[0]
        committer.submit(batch(1, of: owners[2], key: "after"))
        #expect(committer.performInline())
        let object = batch(1, of: owners[0], key: "").content.locator
        #expect(try objects.get(object, RowKey(.keyValue, Array("before".utf8))) == nil)
        #expect(try objects.get(object, RowKey(.keyValue, Array("after".utf8))) == [1])
    }

    @Test func `a group has of each lane what was handed over first, and leaves the rest`() throws {
        let committer = GroupCommitter(store: try ObjectStore(store), scheduler: lanes)
        let owners = (0..<2).map { _ in TestOwner() }
        for sequence: UInt64 in 1...3 {
            for lane in 0...1 {
                lanes.current = lane
                let size = GroupCommitter.maximumGroupBytes / 4
                committer.submit(batch(sequence, of: owners[lane], key: "\(lane)", size: size))
            }
        }
        lanes.current = nil
        var groups = 0
        while committer.performInline() { groups += 1 }
        for (_, item) in lanes.waiting { item.runReady() }
        let all = ["committed 1", "committed 2", "committed 3"]
        #expect(groups == 2 && owners.map(\.told.all) == [all, all])
        #expect(!committer.isPending)
    }
}
