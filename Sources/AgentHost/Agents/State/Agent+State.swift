internal import Distributed
internal import DurableActors

/// Who changed a state.
public enum StateSource: Sendable {
    /// The agent's own code.
    case server
    /// A client.
    case connection(Connection)
}

extension Agent {
    /// The agent's state; a copy, so only `setState` changes it.
    ///
    /// Throws when the one that is stored does not decode, and when the first one is refused by `validateStateChange`.
    public var state: State {
        get throws {
            let loaded = try loadState()
            if let value = loaded.value { return value }
            guard let text = loaded.text else { return Self.initialState }
            let value = try JSON.parse(text).decode(State.self)
            core.state?.value = value
            return value
        }
    }

    /// What `super.setState(state)` is in TypeScript.
    public func defaultSetState(_ state: State) throws {
        if let connection = CurrentAgent.current?.connection, isConnectionReadonly(connection) {
            throw DurableObjectError(.invalidArgument, "Connection is readonly")
        }
        try change(to: state, JSON.stringify(state), .server)
    }

    /// The stored state, set to the initial one where there is none.
    func loadState() throws -> LoadedState<State> {
        if let loaded = core.state { return loaded }
        var loaded = LoadedState<State>(text: try storedState())
        if loaded.text == nil, !isAbsent(Self.initialState) {
            loaded = LoadedState(value: Self.initialState, text: try JSON.stringify(Self.initialState))
        }
        // Before the check, which may read the state.
        core.state = loaded
        if let initial = loaded.value, let text = loaded.text {
            do {
                try change(to: initial, text, .server)
            } catch {
                core.state = nil
                throw error
            }
        }
        return loaded
    }

    /// Takes a client's state; one that is refused is answered with an error and changes nothing.
    func receive(_ value: JSONValue, from connection: Connection) throws {
        guard !isConnectionReadonly(connection) else {
            return try connection.send(Frames.stateError("Connection is readonly"))
        }
        do {
            try change(to: try value.decode(State.self), JSON.stringify(value), .connection(connection))
        } catch {
            try ctx.incarnation.check()
            log.error("A state update of \(Self.className) \(name) was rejected: \(error)")
            try connection.send(Frames.stateError("State update rejected"))
        }
    }

    private func change(to state: State, _ text: String, _ source: StateSource) throws {
        try prepareTables()
        try validateStateChange(state, source)
        let last = core.state
        core.state = LoadedState(value: state, text: text)
        do {
            try storeState(text)
        } catch {
            core.state = last
            throw error
        }
        var without: [String] = []
        if case .connection(let connection) = source { without = [connection.id] }
        try broadcastProtocol(Frames.state(text: text), without: without)
        emit("state:update")
        let current = CurrentAgent.current
        ctx.waitUntil { [self] in
            _ = await whenLocal { agent in
                await CurrentAgent.$current.withValue(current) {
                    do {
                        try await agent.onStateChanged(state, source)
                    } catch {
                        await agent.report(error)
                    }
                }
            }
        }
    }

    private func isAbsent(_ state: State) -> Bool { (state as? any OptionalState)?.isAbsent ?? false }

    /// The text of the state's row; one that is no JSON is logged and dropped.
    private func storedState() throws -> String? {
        try prepareTables()
        let row = try sql("SELECT state FROM cf_agents_state WHERE id = 'cf_state_row_id'").first
        guard let row else { return nil }
        let text = row["state"]?.text ?? "null"
        do {
            _ = try JSON.parse(text)
            return text
        } catch {
            log.error("The stored state of \(Self.className) \(name) is no JSON: \(error)")
            try sql("DELETE FROM cf_agents_state WHERE id = 'cf_state_row_id'")
            return nil
        }
    }

    func storeState(_ text: String) throws {
        try sql("INSERT OR REPLACE INTO cf_agents_state (id, state) VALUES ('cf_state_row_id', \(text))")
    }
}
