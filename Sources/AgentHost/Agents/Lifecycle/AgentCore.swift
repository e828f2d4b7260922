internal import DurableActors

/// What the framework keeps for one life of an agent in memory.
///
/// Confined to the agent's executor.
final class AgentCore<Subject: Agent>: @unchecked Sendable {
    // Safe because it is reached only through `ctx.part`, by code that runs on the agent's executor.
    enum Phase {
        case cold
        case starting([CheckedContinuation<Void, any Error>])
        case started
    }

    var phase = Phase.cold
    /// What the last to ask for the agent passed for `onStart`.
    var props: JSONValue?
    /// The state once it is loaded.
    var state: LoadedState<Subject.State>?
    var hasTables = false
    /// Whether `onStart` runs, and for which callbacks a schedule made there was warned of.
    var isInOnStart = false
    var warnedCallbacks: Set<String> = []
    /// Whether the queue is being emptied.
    var isDraining = false
    /// Who keeps the agent alive.
    var leases: Set<Int> = []
    var nextLease = 0
    var isDestroyed = false
    /// What clients may call; the first of a name counts.
    let callables = Dictionary(Subject.callables.map { ($0.name, $0) }) { first, _ in first }
    /// What only schedules and the queue may call.
    let callbacks = Dictionary(Subject.callbacks.map { ($0.name, $0) }) { first, _ in first }
}
