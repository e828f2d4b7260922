import Distributed
import DurableActors

/// What a player does in one event, as its test says.
typealias Scene = @Sendable (DurableObjectState) async throws -> String

struct PlayerEnvironment: Sendable {
    let scene: @Sendable (Int) -> Scene
    /// What runs in the constructor's critical section; nil for none.
    let constructor: (@Sendable (DurableObjectState) async throws -> Void)?
    let rang: @Sendable (DurableObjectState, AlarmInfo) async throws -> Void
    let answers: @Sendable (DurableObjectState, Request) async throws -> Response
}

/// An object that does whatever a test asks of it.
distributed actor Player: AlarmHandler {
    let ctx: DurableObjectState
    let env: PlayerEnvironment

    init(ctx: DurableObjectState, env: PlayerEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        if let constructor = env.constructor { ctx.blockConcurrencyWhile { try await constructor(ctx) } }
    }

    distributed func play(_ scene: Int) async throws -> String { try await env.scene(scene)(ctx) }

    distributed func fetch(_ request: Request) async throws -> Response { try await env.answers(ctx, request) }

    func alarm(_ info: AlarmInfo) async throws { try await env.rang(ctx, info) }
}
