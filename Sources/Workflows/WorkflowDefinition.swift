internal import DurableActors

/// A registered workflow without its types: what an engine object needs to run instances of it.
final class WorkflowDefinition: Sendable {
    let name: String
    let limits: WorkflowLimits
    let log: EventLog
    /// Makes the workflow and runs it; the result is encoded.
    let run: @Sendable (InstanceRecord, WorkflowStep) async throws -> [UInt8]
    /// Brings parameters given as JSON into the form in which they are stored.
    let encodeParams: @Sendable (JSONValue) throws -> [UInt8]
    /// Reads a stored output and gives it as JSON.
    let outputJSON: @Sendable ([UInt8]) throws -> JSONValue

    init<W: WorkflowEntrypoint>(
        _ type: W.Type,
        name: String,
        limits: WorkflowLimits,
        log: EventLog,
        env: @escaping @Sendable () throws -> W.Env
    ) {
        self.name = name
        self.limits = limits
        self.log = log
        run = { instance, step in
            let event = WorkflowEvent(
                payload: try ValueCodec.decode(W.Params.self, from: instance.params),
                timestamp: instance.createdAt,
                instanceId: instance.id,
                workflowName: instance.workflow
            )
            let workflow = W(
                ctx: WorkflowContext(instanceId: instance.id, workflowName: instance.workflow),
                env: try env()
            )
            return try Self.encode(try await workflow.run(event, step), limits)
        }
        encodeParams = { try ValueCodec.encode(try $0.decode(W.Params.self)) }
        outputJSON = { try JSONValue(encoding: try ValueCodec.decode(W.Output.self, from: $0)) }
    }

    private static func encode(_ output: some Encodable, _ limits: WorkflowLimits) throws(WorkflowError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try ValueCodec.encode(output)
        } catch {
            throw .fatal("The Workflow returned a value which is not serialisable")
        }
        guard bytes.count <= limits.valueBytes else {
            throw .fatal("The output of the Workflow is too large. Maximum allowed size is \(limits.valueBytes) bytes.")
        }
        return bytes
    }
}
