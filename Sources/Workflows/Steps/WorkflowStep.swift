internal import DurableActors

/// The second argument of `run`: makes steps, whose outcomes are stored and returned again in every later lifetime.
///
/// A step is known by its kind, its name and how many of both the lifetime has called before. Steps may run in
/// parallel and inside one another. A task that awaits a step may be cancelled; the step goes on.
public struct WorkflowStep: Sendable {
    let lifetime: Lifetime

    /// Runs the closure, again after failures, until it returns or no retry is left, and stores what came of it.
    ///
    /// The closure runs at least once in all; after a crash of the process inside it, once more. A value of more than
    /// 1 MiB encoded fails the step; one that cannot be encoded ends the instance.
    ///
    /// - Parameters:
    ///   - name: Up to 256 characters, none of them a control character.
    ///   - config: Retries and timeout; kept from the step's first start, whatever later builds say.
    ///   - body: The work; gets the attempt's number.
    /// - Returns: What the closure returned, decoded from what was stored.
    /// - Throws: `WorkflowError`, the last attempt's or one about the arguments.
    @discardableResult
    public func `do`<Value: Codable & Sendable>(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Value
    ) async throws -> Value {
        let bytes = try await lifetime.call(name, config) { context in
            let value = try await body(context)
            do {
                return try ValueCodec.encode(value)
            } catch {
                throw UnserialisableValue()
            }
        }
        do {
            return try ValueCodec.decode(Value.self, from: bytes)
        } catch {
            try await lifetime.holdForUndecodable(name, error)
        }
    }

    /// Runs a closure that returns nothing, as the other `do` runs one that returns a value.
    ///
    /// - Parameters:
    ///   - name: Up to 256 characters, none of them a control character.
    ///   - config: Retries and timeout; kept from the step's first start, whatever later builds say.
    ///   - body: The work; gets the attempt's number.
    /// - Throws: `WorkflowError`, the last attempt's or one about the arguments.
    public func `do`(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Void
    ) async throws {
        _ = try await lifetime.call(name, config) { context in
            try await body(context)
            return try ValueCodec.encode(NoValue())
        }
    }

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
}
