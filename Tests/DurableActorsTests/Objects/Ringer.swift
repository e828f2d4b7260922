import Distributed
import DurableActors
import DurableActorsTestKit

/// Sets alarms, fails them as told, and keeps what happened.
distributed actor Ringer: AlarmHandler {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    func alarm(_ info: AlarmInfo) async throws {
        Rings.recorder.add(
            Ring(object: ctx.id.name ?? "", at: ctx.now, retryCount: info.retryCount, due: info.scheduledTime)
        )
        let failures: Int = try ctx.storage.kv.get("failures") ?? 0
        if let again: Int64 = try ctx.storage.kv.get("again") {
            try ctx.storage.kv.delete("again")
            try await ctx.storage.setAlarm(ctx.now + again)
        }
        if info.retryCount < failures { throw ShapeError(text: "ring \(info.retryCount)") }
        try ctx.storage.kv.put("rang", (try ctx.storage.kv.get("rang") ?? 0) + 1)
    }

    distributed func ring(inMilliseconds delay: Int64, failures: Int, again: Int64?) async throws {
        try ctx.storage.kv.put("failures", failures)
        if let again { try ctx.storage.kv.put("again", again) }
        try await ctx.storage.setAlarm(ctx.now + delay)
    }

    distributed func cancel() async throws { try await ctx.storage.deleteAlarm() }
    distributed func due() async throws -> Int64? { try await ctx.storage.getAlarm() }
    distributed func rang() async throws -> Int { try ctx.storage.kv.get("rang") ?? 0 }
}

/// One call of an alarm's handler.
struct Ring: Sendable, Equatable {
    let object: String
    let at: Int64
    let retryCount: Int
    let due: Int64
}

/// Every ring of every host; tests tell their own by the object's name, which no two share.
enum Rings {
    static let recorder = Recorder<Ring>()

    static func of(_ object: String) -> [Ring] { recorder.all.filter { $0.object == object } }
}
