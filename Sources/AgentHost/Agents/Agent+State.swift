internal import DurableActors
internal import Distributed

extension Agent {
    /// The agent's state; nil while none was set and the class has no initial one.
    public var state: State? {
        get throws { try loadState()?.decode(State.self) }
    }

    /// Replaces the state: checks it, keeps it, sends it to every client of the protocol, then calls the hook.
    ///
    /// Durability: with the turn's other writes; clients see it once it is durable.
    public func setState(_ state: State) throws {
        try change(to: state, JSONValue(encoding: state), .server)
    }

    /// The stored state, set to the initial one where there is none.
    func loadState() throws -> JSONValue? {
        if core.stateIsLoaded { return core.state }
        core.state = try AgentRecords.state.get("cf_state_row_id", in: ctx.storage)
        core.stateIsLoaded = true
        if core.state == nil, let initial = Self.initialState {
            try change(to: initial, JSONValue(encoding: initial), .server)
        }
        return core.state
    }

    func receive(_ value: JSONValue, from connection: Connection) async throws {
        do {
            try change(to: try value.decode(State.self), value, .connection(connection))
        } catch {
            ctx.incarnation.cell.host.log.error("A state update of \(name) was rejected: \(error)")
            try connection.send(Frames.stateError("State update rejected"))
        }
    }

    private func change(to state: State, _ value: JSONValue, _ source: StateSource) throws {
        try validateStateChange(state, source)
        core.state = value
        core.stateIsLoaded = true
        try AgentRecords.state.put("cf_state_row_id", value, in: ctx.storage)
        var without: [String] = []
        if case .connection(let connection) = source { without = [connection.id] }
        try broadcastProtocol(Frames.state(value), without: without)
        ctx.waitUntil { [self] in
            _ = await whenLocal { agent in
                do {
                    try await agent.onStateChanged(state, source)
                } catch {
                    // Silence is right: the state stands, and a throw of the error hook itself is dropped.
                    try? await agent.onError(error)
                }
            }
        }
    }
}
