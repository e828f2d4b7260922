internal import DurableActors

/// A text frame of a client that belongs to the protocol.
enum ClientFrame {
    /// A call of a method.
    struct Call {
        let id: String
        let method: String
        let arguments: [JSONValue]
    }

    case call(Call)
    case state(JSONValue)

    /// Nil for everything else, which is the application's.
    init?(_ text: String) {
        // Silence is right: what is not JSON is no frame of the protocol but a message of the application's.
        guard let value = try? JSON.parse(text), case .object(let object) = value else { return nil }
        switch object["type"]?.string {
        case "cf_agent_state":
            guard let state = object["state"] else { return nil }
            self = .state(state)
        case "rpc":
            guard let id = object["id"]?.string, let method = object["method"]?.string,
                let arguments = object["args"]?.array
            else { return nil }
            self = .call(Call(id: id, method: method, arguments: arguments))
        default:
            return nil
        }
    }
}
