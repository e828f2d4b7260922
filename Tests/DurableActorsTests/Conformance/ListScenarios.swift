import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct ListScenarios {
    /// The keys that a list gives of an object that has stored some.
    private func keys(_ stored: [String], _ options: ListOptions = ListOptions()) throws -> [String] {
        try withStorage { storage in
            for (number, key) in stored.enumerated() { try await storage.put(key, number) }
            let listed = try await storage.list(options, as: Int.self)
            for (key, value) in listed { #expect(stored[value] == key) }
            return listed.keys
        }
    }

    private func refused(_ options: ListOptions) throws -> String? {
        try withStorage { storage in
            try await refusal { _ = try await storage.list(options, as: Int.self) }
        }
    }

    @Test func `DO 35: entries come in the order of their keys, not of their writing`() throws {
        #expect(try keys(["c", "a", "b"]) == ["a", "b", "c"])
    }

    @Test func `DO 36: start is included, startAfter and end are not, and both starts together are refused`() throws {
        let stored = ["a", "b", "c"]
        #expect(try keys(stored, ListOptions(start: "b")) == ["b", "c"])
        #expect(try keys(stored, ListOptions(startAfter: "b")) == ["c"])
        #expect(try keys(stored, ListOptions(end: "b")) == ["a"])
        #expect(
            try refused(ListOptions(start: "a", startAfter: "b"))
                == "TypeError: list() cannot be called with both start and startAfter values."
        )
    }

    @Test func `DO 37: a reversed list with a limit has the last entries, the last first`() throws {
        #expect(try keys(["a", "b", "c", "d", "e"], ListOptions(reverse: true, limit: 2)) == ["e", "d"])
    }

    @Test func `DO 38: start and end keep their meaning in a reversed list`() throws {
        let options = ListOptions(start: "b", end: "d", reverse: true)
        #expect(try keys(["a", "b", "c", "d"], options) == ["c", "b"])
    }

    @Test func `DO 39: a prefix selects the key that it is and those that go on from it`() throws {
        #expect(try keys(["fo", "foo", "foo1", "fop"], ListOptions(prefix: "foo")) == ["foo", "foo1"])
    }

    @Test func `DO 40: a prefix and a range give what is in both`() throws {
        let stored = ["fo", "foo", "foo1", "fop"]
        #expect(try keys(stored, ListOptions(start: "a", prefix: "foo")) == ["foo", "foo1"])
        #expect(try keys(stored, ListOptions(start: "fop", prefix: "foo")) == [])
        #expect(try keys(stored, ListOptions(end: "foo", prefix: "foo")) == [])
    }

    @Test(arguments: [0, -1])
    func `DO 41: a limit that is not positive is refused`(limit: Int) throws {
        #expect(try refused(ListOptions(limit: limit)) == "TypeError: List limit must be positive.")
    }

    @Test(arguments: ["a", "b"])
    func `DO 42: a range that ends where it begins or before is empty`(end: String) throws {
        #expect(try keys(["a", "b", "c"], ListOptions(start: "b", end: end)) == [])
    }

    @Test func `DO 43: a list shows the puts and deletes of its own turn`() throws {
        let host = try simulatedHost(Counter.self)
        let listed = try host.run {
            let stub = host.bindings.getByName("one")
            try await runInDurableObject(stub) { _, state in try await state.storage.put(entries: ["a": 1, "b": 2]) }
            return try await runInDurableObject(stub) { _, state in
                try await state.storage.put("c", 3)
                try await state.storage.put("a", 4)
                try await state.storage.delete("b")
                return try await state.storage.list(as: Int.self)
            }
        }
        #expect(listed.keys == ["a", "c"])
        #expect(listed.values == [4, 3])
    }

    @Test func `DO 44: keys are in the order of their UTF-8 bytes`() throws {
        #expect(try keys(["é", "z"]) == ["z", "é"])
        // In UTF-16 the second would come first.
        #expect(try keys(["😀", "\u{FFFD}"]) == ["\u{FFFD}", "😀"])
    }

    @Test func `DO 45: a limit counts only what is there, whatever was deleted in the same turn`() throws {
        let host = try simulatedHost(Counter.self)
        let listed = try host.run {
            let stub = host.bindings.getByName("one")
            try await runInDurableObject(stub) { _, state in
                try await state.storage.put(entries: ["a": 1, "b": 2, "c": 3, "d": 4])
            }
            return try await runInDurableObject(stub) { _, state in
                try await state.storage.delete(["a", "c"])
                let up = try await state.storage.list(ListOptions(limit: 2), as: Int.self).keys
                return [up, try await state.storage.list(ListOptions(reverse: true, limit: 1), as: Int.self).keys]
            }
        }
        #expect(listed == [["b", "d"], ["d"]])
    }

    @Test func `DO 46: a cursor fails at its next step once a newer list was begun, and the newer one works`() throws {
        let (refusals, rest) = try withStorage { storage in
            for key in ["a", "b", "c"] { try storage.kv.put(key, 1) }
            let text = """
                Error: kv.list() iterator was invalidated because a new call to kv.list() was started. Only one \
                kv.list() iterator can exist at a time.
                """
            let first = try storage.kv.cursor(as: Int.self)
            #expect(try first.next()?.key == "a")
            let second = try storage.kv.cursor(ListOptions(startAfter: "a"), as: Int.self)
            var refusals = [try await refusal { _ = try first.next() } == text]
            var rest: [String] = []
            while let (key, _) = try second.next() { rest.append(key) }
            let third = try storage.kv.cursor(ListOptions(reverse: true, limit: 2), as: Int.self)
            #expect(try third.next()?.key == "c")
            _ = try await storage.list(as: Int.self)
            refusals.append(try await refusal { _ = try third.next() } == text)
            return (refusals, rest)
        }
        #expect(refusals == [true, true])
        #expect(rest == ["b", "c"])
    }

    @Test func `a cursor reads both ways up to its limit and ends`() throws {
        let read = try withStorage { storage in
            for key in ["a", "b", "c"] { try storage.kv.put(key, 1) }
            var read: [String?] = []
            for options in [ListOptions(prefix: "b"), ListOptions(reverse: true, limit: 2)] {
                let cursor = try storage.kv.cursor(options, as: Int.self)
                while let (key, _) = try cursor.next() { read.append(key) }
                read.append(try cursor.next()?.key)
            }
            return read
        }
        #expect(read == ["b", nil, "c", "b", nil])
    }

    @Test func `DO 47: a list of ten thousand keys is complete and in order`() throws {
        let host = try simulatedHost(Counter.self)
        let keys = (0..<10_000).map { "key \($0)" }
        let listed = try host.run {
            let stub = host.bindings.getByName("one")
            try await runInDurableObject(stub) { _, state in
                for key in keys.reversed() { try state.storage.kv.put(key, 0) }
            }
            return try await runInDurableObject(stub) { _, state in try await state.storage.list(as: Int.self).keys }
        }
        #expect(listed == keys.sorted())
    }
}
