internal import DurableActors

/// The text frames of the agents' protocol, key for key in the order in which the SDK writes them.
enum Frames {
    static let mcpServers =
        #"{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}"#

    static func identity(name: String, agent: String) -> String {
        object(["name": .string(name), "agent": .string(agent), "type": "cf_agent_identity"])
    }

    /// A state by the text that is stored.
    static func state(text: String) -> String { #"{"state":"# + text + #","type":"cf_agent_state"}"# }

    static func stateError(_ text: String) -> String {
        object(["type": "cf_agent_state_error", "error": .string(text)])
    }

    static func setupError(_ text: String) -> String { object(["error": .string(text)]) }

    /// A method's result, or a piece of it, nil for one that returns nothing; throws where it is nested too deeply for JSON.
    static func result(id: String, isLast: Bool = true, _ result: JSONValue?) throws -> String {
        var frame: JSONObject = ["done": .bool(isLast), "id": .string(id)]
        if let result { frame["result"] = result }
        frame["success"] = true
        frame["type"] = "rpc"
        return try JSON.stringify(JSONValue.object(frame))
    }

    static func failure(id: String, _ message: String) -> String {
        object(["error": .string(message), "id": .string(id), "success": false, "type": "rpc"])
    }

    private static func object(_ members: JSONObject) -> String { JSONValue.object(members).description }
}
