internal import Distributed
public import DurableActors

/// On whose behalf the running code runs.
public struct CurrentAgent: Sendable {
    /// The agent.
    public let agent: any Agent
    /// The connection whose message, call, opening or end is handled.
    public let connection: Connection?
    /// The request that is answered, or by which the connection was opened.
    public let request: Request?
    let incarnation: Incarnation

    @TaskLocal static var current: CurrentAgent?
}

/// On whose behalf the running code runs; nil outside of agents.
///
/// A connection and a request are known to `onConnect`, a connection alone to messages, calls and `onClose`, a request
/// alone to `onRequest`. `onStart`, schedules and calls through a stub have the agent alone; what the queue runs has what
/// the event had that set it going. Code started with `Task { }` sees the same, code of `ctx.waitUntil` the agent alone.
public func getCurrentAgent() -> CurrentAgent? {
    let incarnation = CurrentObject.incarnation
    if let current = CurrentAgent.current, incarnation == nil || current.incarnation === incarnation {
        return current
    }
    guard let incarnation, let agent = incarnation.constructed as? any Agent else { return nil }
    return CurrentAgent(agent: agent, connection: nil, request: nil, incarnation: incarnation)
}

extension Agent {
    /// Runs a hook with what `getCurrentAgent` tells in it.
    func entering<Result: Sendable>(
        connection: Connection? = nil,
        request: Request? = nil,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        let current = CurrentAgent(
            agent: self,
            connection: connection,
            request: request,
            incarnation: ctx.incarnation
        )
        return try await CurrentAgent.$current.withValue(current) { try await body() }
    }

    /// Runs a hook and gives what it throws to `onError`.
    func guarded<Result: Sendable>(
        _ connection: Connection? = nil,
        _ hook: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await hook()
        } catch {
            if ctx.incarnation.death != nil { throw error }
            if let connection { try await onError(connection, error) } else { try await onError(error) }
            throw SilencedError(cause: error)
        }
    }

    /// Gives an error to `onError` where nothing is left to fail by it.
    func report(_ error: any Error) async {
        // Silence is right: the hook's own throw has nobody to go to.
        try? await onError(error)
    }
}

/// An error that `onError` has taken without throwing: it goes on, but no client is told of it.
struct SilencedError: Error {
    let cause: any Error
}
