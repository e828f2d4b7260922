internal import DurableActors

/// The protocol's frames, both ways.
extension ClientMachine {
    /// Calls a method; the frame has its keys in the order in which the SDK's client writes them.
    mutating func call(
        _ id: String,
        _ method: String,
        _ arguments: [JSONValue],
        timeoutMilliseconds: Int64?
    ) -> [Action] {
        calls[id] = Call(method: method, timeoutMilliseconds: timeoutMilliseconds)
        let frame: JSONValue = ["args": .array(arguments), "id": .string(id), "method": .string(method), "type": "rpc"]
        guard let sending = send(.text(frame.description), call: id) else {
            return end(id, .failure(AgentClientError.connectionClosed))
        }
        return sending + (timeoutMilliseconds.map { [.schedule(.call(id), milliseconds: $0)] } ?? [])
    }

    /// Sets the state: this client's copy at once, the agent's when the frame has arrived.
    mutating func set(_ state: State, _ value: JSONValue) -> [Action]? {
        let frame: JSONValue = ["state": value, "type": "cf_agent_state"]
        guard let sending = send(.text(frame.description)) else { return nil }
        self.state = state
        return sending + [.tell(.state(state, .client))]
    }

    mutating func received(_ message: WebSocketMessage) -> [Action] {
        // Silence is right: what is not JSON is the application's.
        guard case .text(let text) = message, let value = try? JSON.parse(text), case .object(let frame) = value else {
            return [.tell(.message(message))]
        }
        switch frame["type"]?.string {
        case "cf_agent_identity":
            guard let name = frame["name"]?.string, let agent = frame["agent"]?.string else { return [] }
            return identified(AgentIdentity(name: name, agent: agent))
        case "cf_agent_state":
            guard let value = frame["state"] else { return [] }
            return received(state: value)
        case "cf_agent_state_error": return [.tell(.stateRefused(frame["error"]?.string ?? ""))]
        case "cf_agent_mcp_servers": return []
        case "rpc":
            guard let id = frame["id"]?.string else { return [] }
            return answered(id, frame)
        default: return [.tell(.message(message))]
        }
    }

    private mutating func identified(_ found: AgentIdentity) -> [Action] {
        let last = identity
        identity = found
        isIdentified = true
        var actions: [Action] = []
        if let last, last != found { actions.append(.tell(.identityChanged(from: last, to: found))) }
        return actions + [.tell(.identified(found)), .ready(.success(()))]
    }

    private mutating func received(state value: JSONValue) -> [Action] {
        do {
            let found = try value.decode(State.self)
            state = found
            return [.tell(.state(found, .server))]
        } catch {
            return [.tell(.warning("A state is not a \(State.self): \(error)"))]
        }
    }

    private mutating func answered(_ id: String, _ frame: JSONObject) -> [Action] {
        guard calls[id] != nil else {
            return [.tell(.warning("Discarded an RPC response with no matching pending call (id \"\(id)\")."))]
        }
        guard frame["success"]?.bool == true else {
            return end(id, .failure(AgentClientError.failed(frame["error"]?.string ?? "")))
        }
        if frame["done"]?.bool == false { return [.deliver(call: id, .chunk(frame["result"] ?? .null))] }
        return end(id, .result(frame["result"]))
    }
}
