import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct LoggedRowsTests {
    private struct Row: KeyedRow {
        let key: RowKey
        var value: Int

        init(key: consuming RowKey, value: consuming Int) {
            self.key = key
            self.value = value
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `sorted rows are what a dictionary in order is, in any range and from either end`(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var rows = SortedRows<Row>()
        var model: [RowKey: Int] = [:]
        func kind() -> RowKind { [.keyValue, .sqlPage, .facet][random.below(3)] }
        func key() -> [UInt8] { random.bytes(1 + random.below(2)) }
        for step in 0..<4000 {
            let key = RowKey(kind(), step % 3 == 0 ? [UInt8(step / 768), UInt8(step / 3 % 256)] : key())
            if step < 3000, random.below(4) > 0 {
                #expect(rows.updateValue(step, forKey: key) == model.updateValue(step, forKey: key))
            } else {
                rows.removeValue(forKey: key)
                model[key] = nil
            }
        }
        #expect(model.allSatisfy { rows[$0.key] == $0.value } && rows.count == model.count)
        #expect(rows.map(\.key) == model.keys.sorted())
        for key in model.keys { rows.removeValue(forKey: key) }
        #expect(rows.isEmpty && rows.count == 0)
        for (key, value) in model { rows.updateValue(value, forKey: key) }
        for _ in 0..<60 {
            let kind = kind()
            let range = KeyRange(lower: random.below(4) == 0 ? [] : key(), upper: random.below(4) == 0 ? nil : key())
            let reverse = random.below(2) == 0
            var found: [[UInt8]] = []
            var cursor = rows.cursor(kind, range, reverse: reverse)
            while let row = cursor.current {
                found.append(row.key.bytes)
                cursor.advance()
            }
            let wanted = model.keys.filter { $0.kind == kind && range.contains($0.bytes) }.sorted().map(\.bytes)
            #expect(found == (reverse ? wanted.reversed() : wanted), "seed \(seed)")
        }
    }

    /// The store that gets batches later than the log: reads must not tell when.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `logged rows over a store that lags behind read as one that does not`(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var batches: [(epoch: UInt64, content: BatchContent)] = []
        var logged = LoggedRows()
        var epoch: UInt64 = 1
        var kept = (rows: 0, bytes: 0)
        func rows(before epoch: UInt64) -> [RowKey: [UInt8]] {
            var rows: [RowKey: [UInt8]] = [:]
            for (_, batch) in batches.prefix(while: { $0.epoch < epoch }) {
                if batch.removesObject { rows = [:] }
                if batch.writes.clearsContents { rows = rows.filter { !$0.key.kind.isContents } }
                for entry in batch.writes.entries { rows[entry.key] = entry.value }
            }
            return rows
        }
        var applied: UInt64 = 0
        for _ in 0..<80 {
            let removes = random.below(15) == 0
            if removes || random.below(4) == 0 { epoch += 1 }
            // The batch before it may be known, or have been forgotten, or not be the last that was logged.
            let before = random.below(3) == 0 ? nil : batches.suffix(random.below(5) == 0 ? 2 : 1).first?.content
            let batch = Self.batch(random, removes: removes, after: before)
            let growth = logged.add(batch, epoch: epoch)
            #expect(growth.isFirst == (batches.last?.epoch != epoch))
            kept = (kept.rows + growth.rows, kept.bytes + growth.bytes)
            batches.append((epoch, batch))
            if removes { epoch += 1 }
            if random.below(4) == 0 {
                applied += UInt64(random.below(Int(epoch - applied) + 1))
                if applied == epoch { epoch += 1 }
                for epoch in batches.map(\.epoch) where epoch <= applied {
                    guard let batch = logged.batch(of: epoch) else { continue }
                    kept.rows -= batch.rowCount
                    kept.bytes -= batch.byteCount
                    #expect(batch.rowCount >= batch.content.writes.entries.count)
                    #expect(batch.byteCount >= batch.content.writes.byteCount)
                    logged.forget(through: epoch)
                }
                #expect(logged.isEmpty == batches.allSatisfy { $0.epoch <= applied })
                #expect(!logged.isEmpty || kept == (0, 0))
            }
            let store = rows(before: applied + 1)
            let wanted = rows(before: .max)
            for kind in [RowKind.keyValue, .alarm] {
                #expect(Self.scan(kind, logged, store) == wanted.filter { $0.key.kind == kind }, "seed \(seed)")
                for byte in UInt8(0)..<6 {
                    let key = RowKey(kind, [byte])
                    let found: [UInt8]? =
                        switch logged.find(key) {
                        case .value(let value): value
                        case .deleted: nil
                        case .untouched: store[key]
                        }
                    #expect(found == wanted[key], "seed \(seed)")
                }
            }
        }
    }

    /// The rows of a kind as they are over a store.
    private static func scan(_ kind: RowKind, _ logged: LoggedRows, _ store: [RowKey: [UInt8]]) -> [RowKey: [UInt8]] {
        let (writes, hidesStore) = logged.writes(to: kind)
        var rows = hidesStore ? [:] : store.filter { $0.key.kind == kind }
        var orders: [[RowKey]] = []
        for reverse in [false, true] {
            var overlay = RowOverlay(writes, kind, KeyRange(), reverse: reverse)
            orders.append([])
            while let row = overlay.next {
                rows[row.key] = row.value
                orders[orders.count - 1].append(row.key)
                overlay.advance()
            }
        }
        #expect(orders[0] == orders[0].sorted() && orders[1] == orders[0].reversed())
        return rows
    }

    private static func batch(_ random: SeededRandom, removes: Bool, after before: BatchContent?) -> BatchContent {
        let id = ObjectIdFactory(uniqueKey: "k").idFromName("n")
        var writes = WriteSet()
        if random.below(6) == 0 { writes.clearContents() }
        for _ in 0..<(removes ? 0 : random.below(4)) {
            let key = RowKey(random.below(3) == 0 ? .alarm : .keyValue, [UInt8(random.below(6))])
            writes.set(key, random.below(3) == 0 ? nil : [UInt8(random.below(250))])
        }
        return BatchContent(
            classNumber: ClassNumber(1),
            id: id,
            locator: ObjectLocator(shard: id.shard, number: 1),
            creation: nil,
            writes: writes,
            removesObject: removes,
            after: before
        )
    }
}
