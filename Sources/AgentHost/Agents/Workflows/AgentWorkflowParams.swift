internal import DurableActors

/// The agent that has started a workflow, and through which binding: members of the parameters that `run` does not see.
struct AgentWorkflowOrigin: Sendable {
    let agentName: String
    let agentBinding: String
    let workflowName: String

    private static let members: Set = ["__agentName", "__agentBinding", "__workflowName", "__agentOrigin"]

    /// What the SDK says of parameters without it.
    static let isMissing = DurableObjectError(
        .invalidArgument,
        """
        AgentWorkflow requires __agentName, __agentBinding, and __workflowName in params. Use \
        agent.runWorkflow() to start workflows with proper agent context.
        """
    )

    /// Parameters with the origin among them.
    func wrap(_ params: some Encodable) throws -> JSONValue {
        guard case .object(var object) = try JSONValue(encoding: params) else {
            throw DurableObjectError.typeError("The parameters of an agent's workflow are an object.")
        }
        object["__agentName"] = .string(agentName)
        object["__agentBinding"] = .string(agentBinding)
        object["__workflowName"] = .string(workflowName)
        return .object(object)
    }

    /// The origin among parameters, and the others; nil where there is none.
    static func unwrap(_ json: JSONValue) -> (origin: AgentWorkflowOrigin, params: JSONValue)? {
        guard case .object(let object) = json, let agentName = object["__agentName"]?.string,
            let agentBinding = object["__agentBinding"]?.string, let workflowName = object["__workflowName"]?.string
        else { return nil }
        var params = JSONObject()
        for (key, value) in object where !members.contains(key) { params[key] = value }
        let origin = Self(agentName: agentName, agentBinding: agentBinding, workflowName: workflowName)
        return (origin, .object(params))
    }
}

/// The parameters of an agent's workflow as an instance stores them: JSON with its origin in it.
///
/// They decode only where `run` can take them, so that the engine refuses others and holds an instance whose code has
/// changed, as it does for every workflow.
struct AgentWorkflowParams<Params: Codable & Sendable>: Codable, Sendable {
    private let json: JSONValue
    /// Nil where no agent has started the instance.
    let started: (origin: AgentWorkflowOrigin, params: Params)?

    init(from decoder: any Decoder) throws {
        json = try decoder.singleValueContainer().decode(JSONValue.self)
        started = try AgentWorkflowOrigin.unwrap(json).map { ($0.origin, try $0.params.decode(Params.self)) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(json)
    }
}
