internal import Distributed
internal import DurableActors

/// The object that is measured: one method that stays in memory and some that touch its storage.
distributed actor Subject: DurableObject {
    /// Nothing is bound to the class.
    struct Env: Sendable {}

    private let ctx: DurableObjectState
    private var count = 0
    private let blob = Blob(bytes: [UInt8](repeating: 0x76, count: 100))
    private let row200 = [UInt8](repeating: 0x76, count: 200)

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Counts in memory, as the peer's server does.
    distributed func add(_ amount: Int) -> Int {
        count += amount
        return count
    }

    /// Writes 100 bytes under a key; the answer waits until they are on disk.
    distributed func store(_ key: String) throws {
        try ctx.storage.kv.put(key, blob)
    }

    /// Writes batch after batch of three rows of 200 bytes, each on disk before the next, until the time is over; tells how
    /// many.
    ///
    /// The keys come round again after 200 batches.
    distributed func storeBatches(nanoseconds: Int64) async throws -> Int {
        let end = ContinuousClock.now + .nanoseconds(nanoseconds)
        var count = 0
        repeat {
            for row in 0..<3 { try ctx.storage.kv.put(KeyText.long(UInt64(count % 200 * 3 + row)), row200) }
            try await ctx.storage.sync()
            count += 1
        } while .now < end
        return count
    }

    /// How many bytes are stored under a key; nothing in any but the first call of a life in memory.
    distributed func firstLoad(_ key: String) throws -> Int {
        count += 1
        return count == 1 ? try ctx.storage.kv.get(key, as: Blob.self)?.bytes.count ?? 0 : 0
    }
}

/// A value of raw bytes.
struct Blob: Codable, Sendable {
    let bytes: [UInt8]
}
