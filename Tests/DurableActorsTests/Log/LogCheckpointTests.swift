import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// A store that does something else in the middle of each write.
private final class BusyStore: OrderedStore {
    let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result { try store.read(body) }

    func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        meanwhile.withLock { $0 }?()
        try store.write(body)
    }

    func close() {}
}

@Suite struct LogCheckpointTests {
    private func content(_ value: UInt8) -> BatchContent {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n")
        var writes = WriteSet()
        writes.set(RowKey(.keyValue, [1]), [value])
        return BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: 1),
            creation: nil,
            writes: writes
        )
    }

    @Test func `what is logged while a checkpoint runs is not in it, and is in the next one`() throws {
        let disk = MemoryStore(isLogged: true)
        let store = BusyStore(disk)
        let rig = try LogRig(disk, store: store)
        let key = RowKey(.keyValue, [1])
        func stored() throws -> [UInt8]? { try rig.objects.get(content(0).locator, key) }
        for value: UInt8 in 1...3 { #expect(rig.commit([content(value)])) }
        #expect(try stored() == nil)
        let later = content(4)
        store.meanwhile.withLock { $0 = { rig.commit([later]) } }
        try rig.world.advance(by: .seconds(1))
        store.meanwhile.withLock { $0 = nil }
        #expect(try stored() == [3])
        #expect(try StoreContents(opening: disk.copy()) == StoreContents(applying: [[later]]))
        try rig.world.advance(by: .seconds(1))
        #expect(try stored() == [4])
    }
}
