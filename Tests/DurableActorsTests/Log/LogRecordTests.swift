import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct LogRecordTests {
    private func content(_ random: SeededRandom) -> BatchContent {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n\(random.below(1000))")
        let number = random.next()
        var writes = WriteSet()
        if random.below(4) == 0 { writes.clearContents() }
        for _ in 0..<random.below(12) {
            let kinds: [RowKind] = [.keyValue, .sqlPage, .alarm, .metadata]
            let key = RowKey(kinds[random.below(4)], random.bytes(random.below(40)))
            writes.set(key, random.below(4) == 0 ? nil : random.bytes(random.below(90)))
        }
        let name = random.below(2) == 0 ? "näme \(random.below(100))" : nil
        let creation = random.below(2) == 0 ? ObjectRecord(number: number, name: name, createdAt: -5) : nil
        return BatchContent(
            classNumber: ClassNumber(UInt32(random.below(9))),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: number),
            creation: creation,
            writes: writes,
            removesObject: random.below(9) == 0
        )
    }

    private func same(_ left: BatchContent, _ right: BatchContent) -> Bool {
        left.classNumber == right.classNumber && left.id == right.id && left.locator == right.locator
            && left.creation == right.creation && left.removesObject == right.removesObject
            && left.writes.clearsContents == right.writes.clearsContents
            && left.writes.entries.map(\.key) == right.writes.entries.map(\.key)
            && left.writes.entries.map(\.value) == right.writes.entries.map(\.value)
    }

    private func record(_ random: SeededRandom, batches: Int, salt: UInt64) -> ([BatchContent], [UInt8]) {
        let group = (0..<batches).map { _ in content(random) }
        var bytes: [UInt8] = random.bytes(random.below(3))
        LogRecord.encode(group, sequence: 77, into: &bytes)
        LogRecord.seal(&bytes, salt: salt)
        return (group, bytes)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `what is encoded is decoded, wherever it is in a segment`(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        let (group, bytes) = record(random, batches: random.below(5), salt: seed)
        let segment = random.bytes(16) + bytes + random.bytes(40)
        let found = try #require(LogRecord(segment, at: 16, salt: seed))
        #expect(found.sequence == 77 && bytes.count % 8 == 0)
        let contents = try found.contents(segment)
        #expect(contents.count == group.count && zip(contents, group).allSatisfy { same($0, $1) })
    }

    @Test func `every truncation, every change of a byte and every other salt is refused`() {
        let (_, bytes) = record(SeededRandom(seed: 5), batches: 3, salt: 9)
        #expect(LogRecord(bytes, at: 0, salt: 9) != nil)
        for length in 0..<bytes.count {
            #expect(LogRecord(Array(bytes.prefix(length)), at: 0, salt: 9) == nil, "\(length) bytes")
            let zeros = [UInt8](repeating: 0, count: bytes.count - length)
            let torn = Array(bytes.prefix(length)) + zeros
            if torn != bytes { #expect(LogRecord(torn, at: 0, salt: 9) == nil, "zeros from \(length)") }
        }
        for place in bytes.indices {
            for change: UInt8 in 1...255 {
                var damaged = bytes
                damaged[place] ^= change
                if LogRecord(damaged, at: 0, salt: 9) != nil { Issue.record("byte \(place) changed by \(change)") }
            }
        }
        for salt: UInt64 in 0..<200 where salt != 9 { #expect(LogRecord(bytes, at: 0, salt: salt) == nil) }
    }

    @Test func `batches are merged to the last writes of each object, in order of their places`() {
        for seed: UInt64 in 1...40 {
            let random = SeededRandom(seed: seed)
            let batches = (0..<random.below(30)).map { _ in Self.small(random, removes: false) }
            let merged = MergedBatches(batches).contents
            #expect(Self.effect(merged) == Self.effect(batches), "seed \(seed)")
            let numbers = merged.map(\.locator.number)
            #expect(numbers == numbers.sorted())
            #expect(Set(numbers).count == numbers.count)
        }
    }

    @Test func `batches stay as they are where one removes what others have written`() {
        for seed: UInt64 in 1...40 {
            let random = SeededRandom(seed: seed)
            let batches = (0..<1 + random.below(30)).map { _ in Self.small(random, removes: false) }
            var removal = WriteSet()
            removal.set(RowKey(.facet, [1]), nil)
            let last = batches[batches.count - 1]
            for content in [
                BatchContent(
                    classNumber: last.classNumber,
                    id: last.id,
                    locator: last.locator,
                    creation: nil,
                    writes: removal
                ),
                Self.small(random, removes: true),
            ] {
                let found = MergedBatches(batches + [content]).contents
                #expect(found.map(\.locator) == (batches + [content]).map(\.locator))
            }
        }
    }

    /// A batch on one of a few objects of one shard.
    private static func small(_ random: SeededRandom, removes: Bool) -> BatchContent {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n")
        let number = UInt64(random.below(4))
        var writes = WriteSet()
        if random.below(5) == 0 { writes.clearContents() }
        for _ in 0..<random.below(4) {
            let key = RowKey(random.below(3) == 0 ? .alarm : .keyValue, [UInt8(random.below(5))])
            writes.set(key, random.below(3) == 0 ? nil : [UInt8(random.below(250))])
        }
        return BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: number),
            creation: random.below(6) == 0 ? ObjectRecord(number: number, name: nil, createdAt: 1) : nil,
            writes: writes,
            removesObject: removes
        )
    }

    private static func effect(_ batches: [BatchContent]) -> [UInt64: [RowKey: [UInt8]]] {
        var objects: [UInt64: [RowKey: [UInt8]]] = [:]
        for batch in batches {
            var rows = objects[batch.locator.number] ?? [:]
            if batch.removesObject { rows = [:] }
            if batch.writes.clearsContents { rows = rows.filter { !$0.key.kind.isContents } }
            if !batch.removesObject {
                for entry in batch.writes.entries { rows[entry.key] = entry.value }
            }
            objects[batch.locator.number] = rows.isEmpty ? nil : rows
        }
        return objects
    }
}
