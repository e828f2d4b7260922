import Distributed
import DurableActors

/// A value that is gone when nobody has asked for it long enough: the object deletes itself.
///
/// The alarm's time is the value's end, so an alarm that comes late does not lengthen its life.
distributed actor Perishable: AlarmHandler {
    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: NoEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Keeps a value for some milliseconds after it was last set or read.
    distributed func set(_ value: String, lifetime: Int64) async throws {
        guard (1...31_536_000_000).contains(lifetime) else {
            throw DurableObjectError(.invalidArgument, "A lifetime is 1 ms to 365 days.", name: "RangeError")
        }
        try await ctx.storage.put("value", value)
        try await ctx.storage.put("lifetime", lifetime)
        try await ctx.storage.setAlarm(ctx.now + lifetime)
    }

    /// The value, which lives its lifetime again from now; nil when it is gone.
    distributed func get() async throws -> String? {
        guard let end = try await ctx.storage.getAlarm(), end > ctx.now,
            let lifetime: Int64 = try await ctx.storage.get("lifetime")
        else { return nil }
        try await ctx.storage.setAlarm(ctx.now + lifetime)
        return try await ctx.storage.get("value")
    }

    func alarm(_ info: AlarmInfo) async throws { try await ctx.storage.deleteAll() }
}
