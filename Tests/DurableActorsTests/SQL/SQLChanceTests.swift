import DurableActors
import DurableActorsTestKit
import Testing

/// SQL's functions of chance, which the world decides.
@Suite struct SQLChanceTests {
    private static func drawn(seed: UInt64) throws -> [[SqlStorageValue]] {
        let host = try simulatedHost(Counter.self, seed: seed)
        return try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { _, state in
                try state.storage.sql.exec(
                    "SELECT random(), hex(randomblob(16)), value FROM json_each('[1, 2, 3]') ORDER BY random()"
                ).raw().toArray()
            }
        }
    }

    @Test func `a seed draws the same numbers, blobs and order each time, and another seed others`() throws {
        let first = try Self.drawn(seed: 1)
        #expect(try Self.drawn(seed: 1) == first)
        #expect(try Self.drawn(seed: 2) != first)
        #expect(Set(first.map { "\($0)" }).count == 3)
    }

    @Test func `a random blob has the length asked for, one byte at least and no more than a value may have`() throws {
        let database = try TestDatabase()
        let lengths = try database.sql.exec(
            "SELECT length(randomblob(0)), length(randomblob(-1)), length(randomblob(9)), typeof(random())"
        ).raw().next()
        #expect(lengths == [.integer(1), .integer(1), .integer(9), .text("integer")])
        #expect(database.refusal("SELECT randomblob(2097153)") == "string or blob too big: SQLITE_TOOBIG")
        #expect(database.refusal("SELECT random(1)") != nil)
    }
}
