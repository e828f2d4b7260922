import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct StorageRulesTests {
    private func inside<Result: Sendable>(
        _ body: @escaping @Sendable (DurableObjectStorage) async throws -> Result
    ) throws -> Result {
        let host = try simulatedHost(Counter.self)
        return try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { _, state in try await body(state.storage) }
        }
    }

    @Test func `a key of 2048 bytes is kept and one more byte is refused`() throws {
        let longest = String(repeating: "k", count: 2048)
        let found = try inside { storage in
            try await storage.put(longest, 1)
            return try await storage.get(longest, as: Int.self)
        }
        #expect(found == 1)
        let error = #expect(throws: DurableObjectError.self) {
            try inside { storage in try await storage.put(longest + "k", 1) }
        }
        #expect(error?.message == "Keys cannot be larger than 2048 bytes. A key of size 2049 was provided.")
        #expect(error?.name == "RangeError")
    }

    @Test func `several keys are got, put and deleted at once`() throws {
        let (found, deleted, left) = try inside { storage in
            try await storage.put(entries: ["c": 3, "a": 1, "b": 2])
            let found = try await storage.get(["c", "missing", "a", "c"], as: Int.self)
            let deleted = try await storage.delete(["a", "missing", "b"])
            return (found, deleted, try await storage.list(as: Int.self).keys)
        }
        #expect(found.keys == ["a", "c"])
        #expect(found.values == [1, 3])
        #expect(found["c"] == 3 && found["b"] == nil)
        #expect(deleted == 2)
        #expect(left == ["c"])
    }

    @Test func `a transaction that throws undoes its writes and no earlier ones`() throws {
        struct Undone: Error {}
        let left = try inside { storage in
            try storage.kv.put("before", 1)
            #expect(throws: Undone.self) {
                try storage.transactionSync {
                    try storage.kv.put("before", 2)
                    try storage.kv.put("inside", 2)
                    try storage.transactionSync { _ = try storage.kv.delete("before") }
                    throw Undone()
                }
            }
            let kept = try storage.transactionSync {
                try storage.kv.put("kept", 3)
                return "result"
            }
            #expect(kept == "result")
            return try storage.kv.list(as: Int.self)
        }
        #expect(left.keys == ["before", "kept"])
        #expect(left.values == [1, 3])
    }

    @Test func `a message sent in a transaction that is undone still leaves`() throws {
        struct Undone: Error {}
        let host = try simulatedHost(Room.self)
        let text = try host.run {
            let stub = host.bindings.getByName("one")
            let socket = try await TestSocket.connect(to: stub)
            try await runInDurableObject(stub) { _, state in
                try? state.storage.transactionSync {
                    try state.storage.kv.put("undone", 1)
                    for socket in try state.getWebSockets() { try socket.send("sent") }
                    throw Undone()
                }
            }
            return try await socket.nextText()
        }
        #expect(text == "sent")
    }

    @Test func `deleteAll removes long keys too and leaves the alarm if asked to`() throws {
        let host = try simulatedHost(Ringer.self)
        let long = String(repeating: "l", count: 900)
        let (keys, alarm) = try host.run {
            let stub = host.bindings.getByName("one")
            let due = try await runInDurableObject(stub) { _, state in
                try await state.storage.put(entries: ["short": 1, long: 2, long + "x": 3])
                try await state.storage.setAlarm(state.now + 60_000)
                return state.now + 60_000
            }
            return try await runInDurableObject(stub) { _, state in
                try await state.storage.deleteAll(keepsAlarm: true)
                try await state.storage.put("new", 1)
                let alarm = try await state.storage.getAlarm()
                return (try await state.storage.list(as: Int.self).keys, alarm == due)
            }
        }
        #expect(keys == ["new"])
        #expect(alarm)
        try host.restart()
        let after = try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { _, state in
                try await state.storage.list(as: Int.self).keys
            }
        }
        #expect(after == ["new"])
    }

    @Test func `storage is refused off the object's executor`() async throws {
        let host = try simulatedHost(Counter.self)
        let state = try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { _, state in state }
        }
        let error = #expect(throws: DurableObjectError.self) { try state.storage.kv.put("a", 1) }
        #expect(error?.message.hasPrefix("Storage and sockets of Counter are only usable on the object's own") == true)
    }
}
