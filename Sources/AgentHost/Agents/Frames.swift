internal import DurableActors

/// The text frames of the agents' protocol, key for key in the order in which the SDK writes them.
enum Frames {
    static let mcpServers =
        #"{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}"#

    static func identity(name: String, agent: String) -> String {
        object([("name", .string(name)), ("agent", .string(agent)), ("type", "cf_agent_identity")])
    }

    static func state(_ state: JSONValue) -> String {
        object([("state", state), ("type", "cf_agent_state")])
    }

    static func stateError(_ text: String) -> String {
        object([("type", "cf_agent_state_error"), ("error", .string(text))])
    }

    static func setupError(_ text: String) -> String { object([("error", .string(text))]) }

    /// A method's result; nil for one that returns nothing.
    static func result(id: String, _ result: JSONValue?) -> String {
        var pairs: [(String, JSONValue)] = [("done", true), ("id", .string(id))]
        if let result { pairs.append(("result", result)) }
        return object(pairs + [("success", true), ("type", "rpc")])
    }

    static func failure(id: String, _ message: String) -> String {
        object([("error", .string(message)), ("id", .string(id)), ("success", false), ("type", "rpc")])
    }

    private static func object(_ pairs: [(String, JSONValue)]) -> String {
        var object = JSONObject()
        for (key, value) in pairs { object[key] = value }
        return JSONValue.object(object).description
    }
}
