internal import AgentHost
internal import Distributed
internal import DurableActors

/// The agent that is measured: a call that stays in memory, a state for clients to see, and schedules.
distributed actor Board: Agent {
    struct Env: Sendable {
        /// Called when a schedule of a batch has fired, with how many are still to.
        let fired: @Sendable (_ left: Int) -> Void
    }

    struct State: Codable, Sendable {
        var count: Int
    }

    /// All states that are set have as many digits, so that every state frame is as long.
    static let firstCount = 1_000_000

    static var initialState: State { State(count: firstCount) }
    static var callables: [Callable<Board>] { [Callable("add") { try await $0.add($1, $2) }] }
    static var callbacks: [Callable<Board>] { [Callable("tick") { try await $0.tick() }] }

    let ctx: DurableObjectState
    private let env: Env
    private var left = 0

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }

    distributed func announce() throws { try setState(State(count: try state.count + 1)) }

    /// Makes one schedule for much later; the answer waits until it is on disk.
    distributed func remind() async throws { _ = try await schedule(86_400, "tick") }

    /// Makes schedules that are all due at a time, in milliseconds since 1970.
    distributed func remind(_ count: Int, at time: Int64) async throws {
        left = count
        for _ in 0..<count { _ = try await schedule(.date(time), "tick") }
    }

    distributed func tick() {
        left -= 1
        env.fired(left)
    }
}
