import DurableActors
import DurableActorsTestKit
import Foundation
import Testing

@Suite struct KeyValueScenarios {
    /// A value and whether it comes back as it was.
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let comesBack: @Sendable (DurableObjectStorage) async throws -> Bool

        init<Value: Codable & Sendable & Equatable>(_ name: String, _ value: Value) {
            self.init(name, value) { $0 == value }
        }

        init<Value: Codable & Sendable>(
            _ name: String,
            _ value: Value,
            _ isSame: @escaping @Sendable (Value) -> Bool
        ) {
            testDescription = name
            comesBack = { storage in
                try await storage.put("k", value)
                return try await storage.get("k", as: Value.self).map(isSame) ?? false
            }
        }
    }

    struct Part: Codable, Sendable, Equatable {
        var tags: Set<String>
        var parts: [String: [Part]]
    }

    @Test(arguments: [
        Sample("null", Int?.none), Sample("boolean", true), Sample("integer", -5), Sample("double", 0.1),
        Sample("not a number", Double.nan) { $0.isNaN },
        Sample("negative zero", -0.0) { $0 == 0 && $0.sign == .minus },
        Sample("text", "snow ☃ 🎉"), Sample("bytes", [UInt8]([0, 255, 7])), Sample("data", Data([1, 2])),
        Sample("date", Date(timeIntervalSince1970: 1_769_903_970.125)), Sample("large integer", Int128.max),
        Sample("nested", [Part(tags: ["x", "y"], parts: ["a": [Part(tags: [], parts: [:])]])]),
    ])
    func `DO 16: every kind of Codable value comes back as it was put`(sample: Sample) throws {
        #expect(try withStorage { try await sample.comesBack($0) })
    }

    @Test func `DO 17: a missing key reads as nil and is not deleted, a present one is`() throws {
        let (missing, deleted, left) = try withStorage { storage in
            let missing = try await storage.get("k", as: Int.self)
            var deleted = [try await storage.delete("k")]
            try await storage.put("k", 1)
            deleted.append(try await storage.delete("k"))
            return (missing, deleted, try await storage.get("k", as: Int.self))
        }
        #expect(missing == nil && left == nil)
        #expect(deleted == [false, true])
    }

    @Test func `DO 18: what is changed after the put is not stored`() throws {
        let stored = try withStorage { storage in
            let value = Mutable(1)
            try await storage.put("k", value)
            value.set(2)
            return try await storage.get("k", as: Mutable.self)?.value
        }
        #expect(stored == 1)
    }

    @Test func `DO 19: what is changed after the get is not stored`() throws {
        let stored = try withStorage { storage in
            try await storage.put("k", Mutable(1))
            try await storage.get("k", as: Mutable.self)?.set(2)
            return try await storage.get("k", as: Mutable.self)?.value
        }
        #expect(stored == 1)
    }

    @Test func `DO 21: several keys come in order and without those that are missing`() throws {
        let found = try withStorage { storage in
            try await storage.put(entries: ["b": 2, "a": 1])
            return try await storage.get(["b", "zz", "a"], as: Int.self)
        }
        #expect(found.keys == ["a", "b"])
        #expect(found.values == [1, 2])
    }

    @Test func `DO 22: deleting several keys tells how many were there`() throws {
        let deleted = try withStorage { storage in
            try await storage.put(entries: ["b": 2, "a": 1])
            return try await storage.delete(["a", "b", "zz", "a"])
        }
        #expect(deleted == 2)
    }

    @Test func `DO 23: the empty text is a key, and the first of all`() throws {
        let (value, keys) = try withStorage { storage in
            try await storage.put(entries: ["\0": 1, "": 2, "a": 3])
            return (try await storage.get("", as: Int.self), try await storage.list(as: Int.self).keys)
        }
        #expect(value == 2)
        #expect(keys == ["", "\0", "a"])
    }

    @Test func `DO 24: a value that cannot be encoded is refused, its key keeps what it had, the object goes on`()
        throws
    {
        let (refused, kept, later) = try withStorage { storage in
            try await storage.put("k", 1)
            let refused = try await refusal { try await storage.put("k", Unencodable()) }
            let kept = try await storage.get("k", as: Int.self)
            try await storage.put("k", 2)
            return (refused, kept, try await storage.get("k", as: Int.self))
        }
        #expect(
            refused == """
                DataCloneError: Could not serialize object of type "Unencodable". This type does not support \
                serialization.
                """
        )
        #expect(kept == 1 && later == 2)
    }

    @Test func `DO 26: of several entries none is stored when one is too big`() throws {
        let (refused, left) = try withStorage { storage in
            let refused = try await refusal {
                try await storage.put(entries: ["a": "small", "b": String(repeating: "x", count: 2_000_001)])
            }
            return (refused, try await storage.list(as: String.self).keys)
        }
        #expect(refused == "Error: string or blob too big: SQLITE_TOOBIG")
        #expect(left.isEmpty)
    }

    @Test func `key and value together have at most 2,000,000 bytes`() throws {
        let (stored, refused, kept) = try withStorage { storage in
            let most = [UInt8](repeating: 7, count: 2_000_000 - 3)
            let overhead = try ValueCodec.encode(most).count - most.count
            let stored = try await refusal { try await storage.put("key", Array(most.dropLast(overhead))) }
            let refused = try await refusal { try await storage.put("key", Array(most.dropLast(overhead - 1))) }
            return (stored, refused, try await storage.get("key", as: [UInt8].self)?.count == most.count - overhead)
        }
        #expect(stored == nil && kept)
        #expect(refused == "Error: string or blob too big: SQLITE_TOOBIG")
    }

    @Test func `DO 27: a key of 2049 bytes is refused and nothing written`() throws {
        let longest = String(repeating: "k", count: 2048)
        let (refused, left) = try withStorage { storage in
            let refused = try await refusal { try await storage.put(longest + "k", 1) }
            let several = try await refusal { try await storage.put(entries: ["a": 1, longest + "k": 2]) }
            #expect(several == refused)
            return (refused, try await storage.list(as: Int.self).keys)
        }
        #expect(refused == "RangeError: Keys cannot be larger than 2048 bytes. A key of size 2049 was provided.")
        #expect(left.isEmpty)
    }

    @Test func `DO 30: both forms of the calls read and write the same data`() throws {
        let values = try withStorage { storage in
            try storage.kv.put("a", 1)
            try await storage.put("b", 2)
            return [try await storage.get("a", as: Int.self), try storage.kv.get("b", as: Int.self)]
        }
        #expect(values == [1, 2])
    }

    @Test func `DO 31: noCache and allowConcurrency change no result`() throws {
        let (value, listed, deleted) = try withStorage { storage in
            try await storage.put("k", 1, allowConcurrency: true, noCache: true)
            try await storage.put(entries: ["l": 2], allowConcurrency: true, noCache: true)
            let value = try await storage.get("k", as: Int.self, allowConcurrency: true, noCache: true)
            let several = try await storage.get(["k"], as: Int.self, allowConcurrency: true, noCache: true)
            #expect(several.values == [1])
            let listed = try await storage.list(as: Int.self, allowConcurrency: true, noCache: true).values
            let deleted = try await storage.delete("k", allowConcurrency: true, noCache: true)
            return (value, listed, deleted)
        }
        #expect(value == 1 && listed == [1, 2] && deleted)
    }

    @Test func `DO 33: a value survives eviction and the end of the process`() throws {
        let host = try simulatedHost(Counter.self)
        try host.run {
            let stub = host.bindings.getByName("one")
            _ = try await stub.increment(by: 7)
            try await evictDurableObject(stub)
            #expect(try await stub.total() == 7)
        }
        try host.restart()
        #expect(try host.run { try await host.bindings.getByName("one").total() } == 7)
    }

    /// Whether what a caller was told is there after the process has died at that moment.
    private func survives(seed: UInt64, limits: HostLimits = HostLimits()) throws -> Bool {
        let host = try SimulatedHost(seed: seed, limits: limits) { runtime in
            try runtime.register(Counter.self, binding: "C", uniqueKey: "c", environment: NoEnvironment())
        }
        let told = try host.run(advancesTime: false) { try await host.bindings.getByName("one").increment(by: 3) }
        try host.restart()
        return try host.run { try await host.bindings.getByName("one").total() } == told
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `DO 34: what a caller was told is stored after the process has died at that moment`(seed: UInt64) throws {
        #expect(try survives(seed: seed))
    }

    @Test func `a host that answers before the disk does is caught`() throws {
        var limits = HostLimits()
        limits.faults = .openOutputGate
        #expect(try (1...20).contains { try !survives(seed: $0, limits: limits) })
    }

    @Test func `there is no going back in time`() throws {
        let refusals = try withStorage { storage in
            [
                try await refusal { _ = try await storage.getCurrentBookmark() },
                try await refusal { _ = try await storage.getBookmarkForTime(0) },
                try await refusal { _ = try await storage.onNextSessionRestoreBookmark("x") },
            ]
        }
        let text = "Error: This Durable Object's storage back-end does not implement point-in-time recovery."
        #expect(refusals == [text, text, text])
    }
}

/// A value that refuses to be encoded.
private struct Unencodable: Encodable, Sendable {
    func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: "never"))
    }
}
