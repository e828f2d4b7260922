import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct LoggedRowsTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `sorted rows are what a dictionary in order is, in any range and from either end`(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var rows = SortedRows<Int>()
        var model: [[UInt8]: Int] = [:]
        func key() -> [UInt8] { random.bytes(1 + random.below(2)) }
        for step in 0..<3000 {
            let key = step % 3 == 0 ? [UInt8(step / 768), UInt8(step / 3 % 256)] : key()
            let value = random.below(4) == 0 ? nil : random.below(100)
            rows[key] = value
            model[key] = value
            if step % 500 == 0 {
                rows.removeAll { $0 < 20 }
                model = model.filter { $0.value >= 20 }
            }
        }
        #expect(model.allSatisfy { rows[$0.key] == $0.value } && rows.isEmpty == model.isEmpty)
        for _ in 0..<60 {
            let range = KeyRange(lower: random.below(4) == 0 ? [] : key(), upper: random.below(4) == 0 ? nil : key())
            let reverse = random.below(2) == 0
            var found: [[UInt8]] = []
            var cursor = rows.cursor(range, reverse: reverse)
            while let row = cursor.current {
                found.append(row.key)
                cursor.advance()
            }
            let wanted = model.keys.filter(range.contains).sorted { $0.lexicographicallyPrecedes($1) }
            #expect(found == (reverse ? wanted.reversed() : wanted), "seed \(seed)")
        }
    }

    /// The store that gets batches later than the log: reads must not tell when.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `logged rows over a store that lags behind read as one that does not`(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var batches: [BatchContent] = []
        var logged = LoggedRows()
        var applied = 0
        func rows(_ batches: some Sequence<BatchContent>) -> [RowKey: [UInt8]] {
            var rows: [RowKey: [UInt8]] = [:]
            for batch in batches {
                if batch.removesObject { rows = [:] }
                if batch.writes.clearsContents { rows = rows.filter { !$0.key.kind.isContents } }
                for entry in batch.writes.entries { rows[entry.key] = entry.value }
            }
            return rows
        }
        for _ in 0..<60 {
            let batch = Self.batch(random)
            batches.append(batch)
            logged.add(batch, sequence: UInt64(batches.count))
            if random.below(4) == 0 {
                applied = random.below(batches.count - applied + 1) + applied
                logged.forget(through: UInt64(applied))
                #expect(logged.isEmpty == (applied == batches.count))
            }
            let store = rows(batches.prefix(applied))
            let wanted = rows(batches)
            for kind in [RowKind.keyValue, .alarm] {
                for byte in UInt8(0)..<6 {
                    let key = RowKey(kind, [byte])
                    let found: [UInt8]? =
                        switch logged.find(key) {
                        case .value(let value): value
                        case .deleted: nil
                        case .untouched: logged.place == .removed ? nil : store[key]
                        }
                    #expect(found == wanted[key], "seed \(seed)")
                }
            }
        }
    }

    private static func batch(_ random: SeededRandom) -> BatchContent {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n")
        var writes = WriteSet()
        if random.below(6) == 0 { writes.clearContents() }
        for _ in 0..<random.below(4) {
            let key = RowKey(random.below(3) == 0 ? .alarm : .keyValue, [UInt8(random.below(6))])
            writes.set(key, random.below(3) == 0 ? nil : [UInt8(random.below(250))])
        }
        return BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: 1),
            creation: nil,
            writes: writes
        )
    }
}
