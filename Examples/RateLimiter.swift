import Distributed
import DurableActors

/// How fast a limiter lets its keys go.
struct RateLimiterEnv: Sendable {
    /// How many may go at once.
    var capacity: Int64 = 4
    /// After how many milliseconds one more may go.
    var interval: Int64 = 5000
}

/// A token bucket per key, all in one object.
///
/// A bucket is one number: the time at which it will be full again. Buckets that are full are forgotten by
/// the alarm, which runs when the last of those it saw is.
distributed actor RateLimiter: AlarmHandler {
    static let maximumKeyBytes = 256
    let ctx: DurableObjectState
    let env: RateLimiterEnv

    init(ctx: DurableObjectState, env: RateLimiterEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    /// Takes a token: 0 when there was one, else the milliseconds until there will be.
    distributed func take(_ key: String) async throws -> Int64 {
        guard (1...Self.maximumKeyBytes).contains(key.utf8.count) else {
            throw DurableObjectError(.invalidArgument, "A key has 1 to 256 bytes.", name: "RangeError")
        }
        let (now, burst) = (ctx.now, env.capacity * env.interval)
        let known: Int64 = try await ctx.storage.get("bucket:" + key) ?? now
        // A clock that was set back may leave a bucket emptier than empty.
        let fullAt = min(max(known, now), now + burst) + env.interval
        guard fullAt <= now + burst else { return fullAt - (now + burst) }
        try await ctx.storage.put("bucket:" + key, fullAt)
        if try await ctx.storage.getAlarm() == nil { try await ctx.storage.setAlarm(fullAt) }
        return 0
    }

    func alarm(_ info: AlarmInfo) async throws {
        let buckets = try await ctx.storage.list(ListOptions(prefix: "bucket:"), as: Int64.self)
        try await ctx.storage.delete(buckets.filter { $0.value <= ctx.now }.map(\.key))
        if let next = buckets.values.filter({ $0 > ctx.now }).max() { try await ctx.storage.setAlarm(next) }
    }
}
