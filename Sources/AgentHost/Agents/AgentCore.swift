internal import DurableActors

/// What the framework keeps for one life of an agent in memory.
///
/// Confined to the agent's executor.
final class AgentCore: @unchecked Sendable {
    // Safe because it is reached only through `ctx.part`, by code that runs on the agent's executor.
    enum Phase {
        case cold
        case starting([CheckedContinuation<Void, any Error>])
        case started
    }

    var phase = Phase.cold
    var state: JSONValue?
    var stateIsLoaded = false
}
