import DurableActors
import DurableActorsTestKit
import Testing

/// A shard's rows out of one store and into another, on LMDB as in memory.
@Suite struct ShardBundleTests {
    private static let shard = ShardIndex(0x123)
    private static let tag: [UInt8] = [7]

    private static func id(_ shard: UInt16, _ number: UInt8) -> DurableObjectId {
        var bytes = [UInt8](repeating: number, count: 32)
        (bytes[0], bytes[1]) = (UInt8(shard >> 4), UInt8(truncatingIfNeeded: shard << 4) | 5)
        return DurableObjectId(bytes: bytes, name: nil)
    }

    /// Puts an object with some rows, an alarm and its entries into a store.
    private static func put(
        _ objects: ObjectStore,
        _ uniqueKey: String,
        _ shard: UInt16,
        number: UInt64,
        rows: Int
    ) throws {
        let id = id(shard, UInt8(number))
        let object = ObjectLocator(shard: id.shard, number: number)
        let classNumber = try objects.classNumber(uniqueKey: uniqueKey)
        try objects.store.write { transaction in
            let record = ObjectRecord(number: number, name: "n\(number)", createdAt: 1)
            try transaction.put(.directory, RowLayout.directoryKey(classNumber, id), RowLayout.encode(record))
            for row in 0..<rows {
                let key = RowLayout.rowKey(object, .keyValue, Array("key \(row)".utf8))
                try transaction.put(.rows, key, [UInt8](repeating: UInt8(row & 255), count: 300))
            }
            try transaction.put(.rows, RowLayout.rowKey(object, .alarm, Array("x".utf8)), AlarmTime.encode(5000))
            let alarm = RowLayout.alarmKey(due: 5000, object, name: Array("x".utf8))
            try transaction.put(.alarms, alarm, RowLayout.directoryKey(classNumber, id))
            try transaction.put(.meta, RowLayout.nextObjectKey, [0, 0, 0, 0, 0, 0, 0, UInt8(number) + 1])
        }
    }

    private static func messages(
        _ objects: ObjectStore,
        _ handover: [UInt8] = [],
        partBytes: Int = 4096
    ) throws
        -> [[UInt8]]
    {
        var export = try objects.export(shard, handover: handover, partBytes: partBytes)
        var messages: [[UInt8]] = []
        while let message = try export.next() { messages.append(message) }
        return messages
    }

    /// The rows, entries and alarms of a store, with the number of a class in place of its unique key.
    private static func contents(_ objects: ObjectStore) throws -> [StoreTable: [[UInt8]: [UInt8]]] {
        var found: [StoreTable: [[UInt8]: [UInt8]]] = [:]
        try objects.store.read { snapshot in
            for table in [StoreTable.directory, .rows, .alarms] {
                try snapshot.scan(table, from: [], to: nil, reverse: false) { key, value in
                    found[table, default: [:]][key] = value
                    return true
                }
            }
        }
        return found
    }

    @Test(arguments: StoreKind.allCases) func `a shard arrives with all that it had, and leaves nothing behind`(
        kind: StoreKind
    ) throws {
        let stores = (try StoreUnderTest(kind), try StoreUnderTest(kind))
        let (giver, taker) = (try ObjectStore(stores.0.open()), try ObjectStore(stores.1.open()))
        // What is before and behind the shard stays; so does another class, which the other store does not know yet.
        for (shard, number) in [(0x122, 1), (0x123, 2), (0x124, 3)] as [(UInt16, UInt64)] {
            try Self.put(giver, "one", shard, number: number, rows: 200)
        }
        try Self.put(giver, "two", 0x123, number: 4, rows: 5000)
        _ = try taker.classNumber(uniqueKey: "zero")
        _ = try taker.classNumber(uniqueKey: "two")
        var arrival = ShardArrival(of: Self.shard, tag: Self.tag, receipt: 1)
        for message in try Self.messages(giver, [1, 2, 3]) {
            try arrival.take(message)
            if arrival.waitingBytes > 100_000, !arrival.isWhole { try arrival.spill(to: taker) }
        }
        #expect(arrival.isWhole)
        #expect(arrival.handover == [1, 2, 3])
        try arrival.prepare(in: taker)
        try taker.store.write { try arrival.keep(in: $0) }
        #expect(try taker.arrivedShards() == [Self.shard: Self.tag])
        #expect(try taker.objects(of: taker.classNumber(uniqueKey: "two"), after: nil, limit: 10).isEmpty)
        #expect(try taker.earliestAlarm() == nil)
        var next: UInt64 = 0
        try taker.store.write { next = try taker.takeIn(Self.shard, tag: Self.tag, in: $0) }
        #expect(next == 5)
        #expect(try taker.nextObjectNumber() == 5)
        let (there, here) = (try Self.contents(taker), try Self.contents(giver))
        #expect(there[.rows] == here[.rows]?.filter { $0.key.prefix(2) == [1, 0x23] })
        let one = try taker.classNumber(uniqueKey: "one")
        #expect(try taker.record(one, Self.id(0x123, 2))?.name == "n2")
        #expect(there[.directory]?.count == 2)
        #expect(
            try taker.alarms(from: [], dueBy: 9000, limit: 10).alarms.map(\.id) == [
                Self.id(0x123, 2), Self.id(0x123, 4),
            ]
        )
        try giver.drop(Self.shard)
        #expect(try !giver.hasAnything(of: Self.shard))
        let left = try Self.contents(giver)
        #expect(left[.directory]?.count == 2)
        #expect(left[.alarms]?.count == 2)
        #expect(left[.rows]?.count == 402)
        giver.close()
        taker.close()
    }

    /// Why a bundle is refused; nil where it is taken whole.
    private func refusal(_ messages: [[UInt8]]) -> String? {
        var arrival = ShardArrival(of: Self.shard, tag: Self.tag, receipt: 1)
        do {
            for message in messages { try arrival.take(message) }
            return arrival.isWhole ? nil : "has no end"
        } catch {
            return "\((error as? StorageError)?.description ?? "\(error)")"
        }
    }

    @Test func `a bundle that is damaged, cut, mixed up or of another shard is refused`() throws {
        let giver = try ObjectStore(MemoryStore())
        try Self.put(giver, "one", 0x123, number: 2, rows: 20)
        let messages = try Self.messages(giver, [1], partBytes: 1024)
        #expect(messages.count > 8)
        #expect(refusal(messages) == nil)
        for number in messages.indices {
            for place in stride(from: number % 7, to: messages[number].count, by: 17) {
                var changed = messages
                changed[number][place] ^= 4
                #expect(refusal(changed) != nil, "\(number), \(place)")
            }
            var cut = messages
            cut.remove(at: number)
            #expect(refusal(cut) != nil)
            var doubled = messages
            doubled.insert(messages[number], at: number)
            #expect(refusal(doubled) != nil)
        }
        #expect(refusal(messages + [messages[1]]) != nil)
        var other = ShardArrival(of: ShardIndex(1), tag: Self.tag, receipt: 1)
        let error = #expect(throws: StorageError.self) { try other.take(messages[0]) }
        #expect(error?.description == "The bundle of shard 1 is of shard 291.")
    }

    @Test func `of two that come for one shard the later counts, and what is left of a cut one can be dropped`() throws
    {
        let giver = try ObjectStore(MemoryStore())
        try Self.put(giver, "one", 0x123, number: 2, rows: 20)
        let messages = try Self.messages(giver, partBytes: 1024)
        let taker = try ObjectStore(MemoryStore())
        var first = ShardArrival(of: Self.shard, tag: [1], receipt: 1)
        for message in messages.prefix(4) { try first.take(message) }
        try first.spill(to: taker)
        var second = ShardArrival(of: Self.shard, tag: [2], receipt: 2)
        for message in messages.prefix(3) { try second.take(message) }
        try second.spill(to: taker)
        try first.take(messages[4])
        #expect(throws: StorageError.self) { try first.spill(to: taker) }
        #expect(throws: StorageError.self) {
            try taker.store.write { _ = try taker.takeIn(Self.shard, tag: [2], in: $0) }
        }
        #expect(try taker.arrivedShards() == [Self.shard: nil])
        try taker.dropArrived(Self.shard)
        #expect(try !taker.hasAnything(of: Self.shard))
        #expect(try taker.arrivedShards() == [:])
    }
}
