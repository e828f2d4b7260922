internal import DurableActors

extension WorkflowSteps {
    /// Sleeps for a duration of at most 365 days, through crashes and shutdowns; zero or less does not wait.
    public func sleep(_ name: String, _ duration: WorkflowDuration) async throws {
        try await lifetime.sleep(name, duration)
    }

    /// Sleeps until a time, in milliseconds since 1970, that is not past when the line is first reached.
    public func sleepUntil(_ name: String, _ time: Int64) async throws {
        try await lifetime.sleep(name, until: time)
    }

    /// Waits for an event of a type; one that was sent before counts, in order of sending.
    ///
    /// - Parameters:
    ///   - name: The step's name.
    ///   - type: What `sendEvent` must be given.
    ///   - timeout: How long to wait, 24 hours unless told, at most 365 days.
    ///   - payload: What the event's payload is read as.
    /// - Returns: The event, which no other wait gets.
    /// - Throws: `WorkflowError`, named `WorkflowTimeoutError` when no event has come.
    public func waitForEvent<Payload: Codable & Sendable>(
        _ name: String,
        type: String,
        timeout: WorkflowDuration? = nil,
        as payload: Payload.Type = Payload.self
    ) async throws -> WorkflowStepEvent<Payload> {
        let record = try await lifetime.waitForEvent(name, type, timeout)
        do {
            return WorkflowStepEvent(
                payload: try EventPayload.decode(payload, record.value ?? []),
                timestamp: record.acceptedAt ?? 0,
                type: record.eventType ?? type
            )
        } catch {
            throw WorkflowError.fatal("The payload of event \"\(type)\" is not a \(Payload.self): \(error)")
        }
    }

    /// The time in milliseconds since 1970, the same in every lifetime; does not count as a step.
    public func now() async throws -> Int64 { try await lifetime.fact("now") { $0.now } }

    /// A random UUID, the same in every lifetime; does not count as a step.
    public func uuid() async throws -> String { try await lifetime.fact("uuid") { $0.random.uuid() } }

    /// A random number in 0 up to 1, the same in every lifetime; does not count as a step.
    public func random() async throws -> Double { try await lifetime.fact("random") { $0.random.unit() } }

    /// Publishes a value, which `WorkflowInstance.query` reads without entering the workflow; beyond the original.
    ///
    /// Durable with what is written around it. A replay does not put an older value in the place of a newer one.
    public func publish(_ name: String, _ value: some Codable & Sendable) async throws {
        try await lifetime.publish(name, try ValueCodec.encode(value))
    }

    /// Starts an instance of another workflow and waits for its end, with nothing in memory meanwhile; beyond the
    /// original.
    ///
    /// The child's id is made from this instance and the step, so there is one child however often this is replayed. It is
    /// an instance as any other: it can be paused, terminated and restarted, and outlives its parent.
    ///
    /// - Parameters:
    ///   - name: Names two steps: a `do` that creates the child, and a wait for its end.
    ///   - workflow: The child's binding.
    ///   - params: What the child is started with.
    /// - Returns: What the child's `run` returned.
    /// - Throws: The child's error; `WorkflowError` named `Terminated` when it was terminated.
    public func runChild<Child: WorkflowEntrypoint>(
        _ name: String,
        _ workflow: Workflow<Child>,
        _ params: Child.Params
    ) async throws -> Child.Output {
        let parent = lifetime.instance
        let id = try await self.do(name) { context in
            let id = ChildId.make(of: parent, name, context.step.count)
            let link = ParentLink(workflow: parent.workflow, id: parent.id, eventType: ChildId.eventType(id))
            return try await workflow.createChild(id, params, link)
        }
        let record = try await lifetime.waitForChild(name, ChildId.eventType(id))
        let report = try ValueCodec.decode(StatusReport.self, from: record.value ?? [])
        guard report.status == .complete, let output = report.output else {
            throw report.error ?? WorkflowError(name: "Terminated", "The child workflow was terminated")
        }
        return try ValueCodec.decode(Child.Output.self, from: output)
    }
}

/// The identity of a child: made from its parent's life and the step that starts it.
enum ChildId {
    static func make(of parent: InstanceRecord, _ step: String, _ count: Int) -> String {
        let text = "\(parent.workflow)/\(parent.id)/\(parent.createdAt)/\(count)/\(step)"
        return "child-" + Hex.encode(Array(Digest.sha256(text.utf8).prefix(20)))
    }

    /// A type that no event sent from outside has.
    static func eventType(_ id: String) -> String { "child:\(id)" }
}

extension Lifetime {
    func waitForChild(_ name: String, _ type: String) async throws -> StepRecord {
        try await enter()
        return try await wait(take(.wait, name), type, limits.longestWaitMilliseconds)
    }
}
