internal import DurableActors
internal import Locks

/// A registered workflow without its types: what an engine object needs to run instances of it.
final class WorkflowDefinition: Sendable {
    let name: String
    let limits: WorkflowLimits
    let log: EventLog
    let slots: SlotTable
    let plans = PlanTable()
    let directory: WorkflowDirectory
    /// The code that new instances are made for.
    let newest: WorkflowRunner
    private let state: Mutex<(runners: [String: WorkflowRunner], second: Int64, created: Int)>

    init(_ newest: WorkflowRunner, name: String, limits: WorkflowLimits, log: EventLog, directory: WorkflowDirectory) {
        self.name = name
        self.limits = limits
        self.log = log
        self.newest = newest
        self.directory = directory
        slots = SlotTable(slots: limits.concurrency)
        state = Mutex((runners: [newest.version: newest], second: 0, created: 0))
    }

    /// What an attempt does instead of its closure, if a test has laid that down.
    ///
    /// Not a part of who asks, which would count references to what all instances share.
    @inline(never)
    func plannedAttempt(of id: String, _ key: StepKey, _ number: Int, _ config: FrozenConfig) -> AttemptBody? {
        plans.attempt(of: id, key, number, config)
    }

    /// The code of a version; the newest when there is none of it.
    func runner(_ version: String?) -> WorkflowRunner {
        state.withLock { state in version.flatMap { state.runners[$0] } ?? newest }
    }

    func add(_ runner: WorkflowRunner) throws(WorkflowError) {
        let isNew = state.withLock { state in
            guard state.runners[runner.version] == nil else { return false }
            state.runners[runner.version] = runner
            return true
        }
        if !isNew { throw WorkflowError("Version \"\(runner.version)\" of \(name) is registered twice") }
    }

    /// Counts a creation or a restart; throws when there are too many.
    func admit(now: Int64) throws(WorkflowError) {
        guard slots.waiting < limits.queued else { throw .tooManyInstances }
        guard let most = limits.creationsPerSecond else { return }
        let isTooMany = state.withLock { state in
            if state.second != now / 1000 { (state.second, state.created) = (now / 1000, 0) }
            state.created += 1
            return state.created > most
        }
        if isTooMany { throw .tooManyInstances }
    }
}

/// One version of a workflow's code.
struct WorkflowRunner: Sendable {
    let version: String
    /// Makes the workflow and runs it; the result is encoded.
    let run: @Sendable (InstanceRecord, WorkflowStep) async throws -> [UInt8]
    /// Brings parameters given as JSON into the form in which they are stored.
    let encodeParams: @Sendable (JSONValue) throws -> [UInt8]
    /// Reads a stored output and gives it as JSON.
    let outputJSON: @Sendable ([UInt8]) -> JSONValue

    init<W: WorkflowEntrypoint>(
        _ type: W.Type,
        version: String,
        limits: WorkflowLimits,
        env: @escaping @Sendable () throws -> W.Env
    ) {
        self.version = version
        run = { instance, step in
            let event = WorkflowEvent(
                payload: try Self.params(of: instance, as: W.Params.self),
                timestamp: instance.createdAt,
                instanceId: instance.id,
                workflowName: instance.workflow,
                schedule: instance.schedule
            )
            let workflow = W(
                ctx: WorkflowContext(instanceId: instance.id, workflowName: instance.workflow),
                env: try env()
            )
            return try Self.encode(try await workflow.run(event, step), limits)
        }
        encodeParams = { try ValueCodec.encode(try $0.decode(W.Params.self)) }
        outputJSON = { bytes in
            do {
                return try JSONValue(encoding: try ValueCodec.decode(W.Output.self, from: bytes))
            } catch {
                // Code of another version has returned it.
                return Journal.json(bytes)
            }
        }
    }

    private static func params<Params: Decodable>(of instance: InstanceRecord, as type: Params.Type) throws -> Params {
        do {
            return try ValueCodec.decode(type, from: instance.params)
        } catch {
            throw UnreadableParams(cause: error)
        }
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

/// Thrown into the engine when the code of now does not read the parameters that an instance was created with.
struct UnreadableParams: Error {
    let cause: any Error
}
