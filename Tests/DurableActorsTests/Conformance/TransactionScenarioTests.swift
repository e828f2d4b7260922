import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct TransactionScenarioTests {
    @Test func `DO 48: a transaction that throws gives its error on, undoes its writes and resets nothing`() throws {
        let theatre = try Theatre()
        let stub = theatre.stub()
        let error = #expect(throws: ShapeError.self) {
            try theatre.play(on: stub) { ctx in
                try await ctx.storage.transaction { txn in
                    try await txn.put("a", 1)
                    throw ShapeError(text: "X")
                }
            }
        }
        #expect(error?.text == "X")
        #expect(
            try theatre.play(on: stub) { try await $0.storage.get("a", as: Int.self) == nil ? "absent" : "there" }
                == "absent"
        )
    }

    @Test func `DO 49: a transaction that ends keeps its writes and gives its value`() throws {
        let theatre = try Theatre()
        let value = try theatre.play { ctx in
            try await ctx.storage.transaction { txn in
                try await txn.put("a", 1)
                return "seven"
            }
        }
        #expect(value == "seven")
        #expect(try theatre.number("a") == "1")
    }

    @Test
    func `DO 50, 51: after a rollback the value still comes, the writes are gone and the transaction is of no use`()
        throws
    {
        let theatre = try Theatre()
        let said = Mutex<[String]>([])
        let value = try theatre.play { ctx in
            try await ctx.storage.transaction { txn in
                try await txn.put("a", 1)
                try txn.rollback()
                try txn.rollback()
                do { _ = try await txn.get("a", as: Int.self) } catch { said.withLock { $0.append("\(error)") } }
                do { try await txn.put("a", 2) } catch { said.withLock { $0.append("\(error)") } }
                return "7"
            }
        }
        #expect(value == "7")
        #expect(
            said.withLock { $0 } == [
                "Cannot get() on rolled back transaction", "Cannot put() on rolled back transaction",
            ]
        )
        #expect(try theatre.number("a") == "nil")
    }

    @Test func `DO 52: a transaction used after it has committed says so`() throws {
        let theatre = try Theatre()
        let kept = Mutex<DurableObjectTransaction?>(nil)
        try theatre.play { ctx in
            try await ctx.storage.transaction { txn in
                kept.withLock { $0 = txn }
                return ""
            }
        }
        let refused = Recorder<String?>()
        try theatre.play { ctx in
            let txn = try #require(kept.withLock { $0 })
            try await ctx.storage.put("a", 7)
            refused.add(try await refusal { try await txn.put("a", 1) })
            refused.add(try await refusal { try txn.rollback() })
            refused.add(try await refusal { try await txn.deleteAll() })
            return ""
        }
        let reason = "on transaction that has already committed: did you move `txn` outside of the closure?"
        #expect(
            refused.all == [
                "Error: Cannot call put() \(reason)", "Error: Cannot call rollback() \(reason)",
                "Error: Cannot call deleteAll() within a transaction",
            ]
        )
        #expect(try theatre.number("a") == "7")
    }

    @Test func `DO 53: deleteAll is refused within a transaction, called on it or on the storage`() throws {
        let theatre = try Theatre()
        for isOnTransaction in [true, false] {
            let error = try theatre.failure { ctx in
                try await ctx.storage.transaction { txn in
                    if isOnTransaction { try await txn.deleteAll() } else { try await ctx.storage.deleteAll() }
                    return ""
                }
            }
            #expect(error?.message == "Cannot call deleteAll() within a transaction")
        }
    }

    @Test func `DO 54: what the turn wrote before a transaction that fails is kept`() throws {
        let theatre = try Theatre()
        #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.storage.put("a", 1)
                return try await ctx.storage.transaction { txn in
                    try await txn.put("a", 2)
                    throw ShapeError(text: "X")
                }
            }
        }
        #expect(try theatre.number("a") == "1")
    }

    @Test func `what the closure writes through the storage belongs to the transaction too`() throws {
        let theatre = try Theatre()
        #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.storage.transaction { _ in
                    try await ctx.storage.put("a", 1)
                    try ctx.storage.kv.put("b", 1)
                    throw ShapeError(text: "X")
                }
            }
        }
        #expect(try theatre.number("a") == "nil" && theatre.number("b") == "nil")
    }

    @Test func `DO 56: a request that comes while a transaction waits runs after its commit`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            try await ctx.storage.transaction { txn in
                try await txn.put("a", 1)
                try await ctx.sleep(milliseconds: 100)
                notes.add("committing")
                return ""
            }
        }
        try theatre.host.settle()
        theatre.start { ctx in
            notes.add("found \(try await ctx.storage.get("a", as: Int.self) ?? 0)")
            return ""
        }
        try theatre.host.settle()
        #expect(notes.all.isEmpty)
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["committing", "found 1"])
    }

    @Test(arguments: [true, false])
    func `DO 57, 58: an inner transaction is a savepoint of the outer one`(innerFails: Bool) throws {
        let theatre = try Theatre()
        let play = {
            try theatre.play { ctx in
                try await ctx.storage.transaction { outer in
                    try await outer.put("outer", 1)
                    do {
                        try await ctx.storage.transaction { inner in
                            try await inner.put("inner", 1)
                            if innerFails { throw ShapeError(text: "inner") }
                        }
                    } catch is ShapeError {}
                    if !innerFails { throw ShapeError(text: "outer") }
                    return ""
                }
            }
        }
        if innerFails { _ = try play() } else { #expect(throws: ShapeError.self) { try play() } }
        #expect(try theatre.number("outer") == (innerFails ? "1" : "nil"))
        #expect(try theatre.number("inner") == "nil")
    }

    @Test func `an outer transaction cannot be rolled back while an inner one is open`() throws {
        let theatre = try Theatre()
        let error = try theatre.failure { ctx in
            try await ctx.storage.transaction { outer in
                try await ctx.storage.transaction { _ in try outer.rollback() }
                return ""
            }
        }
        #expect(
            error?.message
                == "Cannot roll back an outer transaction while a nested transaction is still running."
        )
    }

    @Test func `DO 59: an alarm set in a transaction that fails is as it was before`() throws {
        let theatre = try Theatre()
        let before = theatre.host.world.clock.nowMilliseconds + 1_000_000
        #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.storage.setAlarm(before)
                return try await ctx.storage.transaction { txn in
                    try await txn.setAlarm(before + 5)
                    throw ShapeError(text: "X")
                }
            }
        }
        #expect(try theatre.play { "\(try await $0.storage.getAlarm() ?? 0)" } == "\(before)")
    }

    @Test func `DO 60, 63: a synchronous transaction that throws undoes its own writes and those inside it`() throws {
        let theatre = try Theatre()
        #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                let kv = ctx.storage.kv
                try kv.put("before", 1)
                try ctx.storage.transactionSync {
                    try kv.put("a", 1)
                    try ctx.storage.transactionSync { try kv.put("b", 1) }
                    throw ShapeError(text: "X")
                }
                return ""
            }
        }
        #expect(try theatre.number("before") == "1")
        #expect(try theatre.number("a") == "nil" && theatre.number("b") == "nil")
    }

    @Test func `DO 61, 62: after a first synchronous transaction that fails writing works and no alarm is set`() throws
    {
        let theatre = try Theatre()
        let due = theatre.host.world.clock.nowMilliseconds + 1000
        let alarm = try theatre.play { ctx in
            do {
                try ctx.storage.transactionSync {
                    try ctx.storage.kv.put("a", 1)
                    throw ShapeError(text: "X")
                }
            } catch is ShapeError {}
            do {
                try await ctx.storage.transaction { txn in
                    try await txn.setAlarm(due)
                    throw ShapeError(text: "X")
                }
            } catch is ShapeError {}
            try ctx.storage.kv.put("a", 2)
            return "\(try await ctx.storage.getAlarm().map(String.init) ?? "nil")"
        }
        #expect(alarm == "nil")
        #expect(try theatre.number("a") == "2")
    }

    @Test func `DO 64: twenty transactions at a time count to twenty, each run once`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        for _ in 0..<20 {
            theatre.start { ctx in
                try await ctx.storage.transaction { txn in
                    notes.add("run")
                    let number = try await txn.get("n", as: Int.self) ?? 0
                    try await ctx.sleep(milliseconds: 1)
                    try await txn.put("n", number + 1)
                    return ""
                }
            }
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(try theatre.number("n") == "20")
        #expect(notes.all.count == 20)
    }
}
