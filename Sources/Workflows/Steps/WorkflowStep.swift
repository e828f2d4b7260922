public import DurableActors

/// The second argument of `run`: makes steps, whose outcomes are stored and returned again in every later lifetime.
///
/// A step is known by its kind, its name and how many of both the lifetime has called before. Steps may run in
/// parallel and inside one another. A task that awaits a step may be cancelled; the step goes on.
public struct WorkflowStep: WorkflowSteps {
    let lifetime: Lifetime

    /// Itself.
    public var step: WorkflowStep { self }
}

/// What makes steps: `WorkflowStep` and what has one, so that helpers can be written for both.
public protocol WorkflowSteps: Sendable {
    /// What makes the steps.
    var step: WorkflowStep { get }
}

extension WorkflowSteps {
    var lifetime: Lifetime { step.lifetime }

    /// Runs the closure, again after failures, until it returns or no retry is left, and stores what came of it.
    ///
    /// The closure runs at least once in all; after a crash of the process inside it, once more. A value of more than
    /// 1 MiB encoded fails the step; one that cannot be encoded ends the instance.
    ///
    /// - Parameters:
    ///   - name: Up to 256 characters, none of them a control character.
    ///   - config: Retries and timeout; kept from the step's first start, whatever later builds say.
    ///   - rollbackConfig: How the rollback is tried.
    ///   - body: The work; gets the attempt's number.
    ///   - rollback: What undoes the step when `run` fails in the end, or on `terminate(rollback: true)`.
    /// - Returns: What the closure returned, decoded from what was stored.
    /// - Throws: `WorkflowError`, the last attempt's or one about the arguments.
    @discardableResult
    public func `do`<Value: Codable & Sendable>(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        rollbackConfig: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Value,
        rollback: (@Sendable (WorkflowRollbackContext<Value>) async throws -> Void)? = nil
    ) async throws -> Value {
        let call = StepCall(name, config, rollbackConfig: rollbackConfig, body, rollback: rollback)
        let step = try await lifetime.call(call)
        return try await value(from: step.record.value, name)
    }

    /// Runs a closure that returns nothing, as the other `do` runs one that returns a value.
    ///
    /// - Parameters:
    ///   - name: Up to 256 characters, none of them a control character.
    ///   - config: Retries and timeout; kept from the step's first start, whatever later builds say.
    ///   - rollbackConfig: How the rollback is tried.
    ///   - body: The work; gets the attempt's number.
    ///   - rollback: What undoes the step when `run` fails in the end, or on `terminate(rollback: true)`.
    /// - Throws: `WorkflowError`, the last attempt's or one about the arguments.
    public func `do`(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        rollbackConfig: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Void,
        rollback: (@Sendable (WorkflowRollbackContext<NoValue>) async throws -> Void)? = nil
    ) async throws {
        try await self.do(
            name,
            config,
            rollbackConfig: rollbackConfig,
            { context in
                try await body(context)
                return NoValue()
            },
            rollback: rollback
        )
    }

    /// Runs a `do` whose closure returns a stream, stores its bytes in pieces, and returns a new stream over what is stored.
    ///
    /// The attempt's timeout covers the whole stream. A piece has at most 16 MiB; the whole is bounded by the instance's
    /// storage alone. Each lifetime gets a stream from the first byte on.
    ///
    /// - Parameters:
    ///   - name: Up to 256 characters, none of them a control character.
    ///   - config: Retries and timeout; kept from the step's first start, whatever later builds say.
    ///   - body: The work; gets the attempt's number.
    /// - Returns: What the closure's stream gave.
    /// - Throws: `WorkflowError`, the last attempt's or one about the arguments.
    public func stream(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> ByteStream
    ) async throws -> ByteStream {
        let call = StepCall(name: name, config: config, body: { .stream(try await body($0)) }, rollback: nil)
        let step = try await lifetime.call(call)
        guard let stream = step.record.stream else {
            try await lifetime.holdForUndecodable(name, WorkflowError.corruptOutput(step.key.label))
        }
        return await lifetime.stream(of: step.key, stream)
    }

    /// Runs steps in parallel; returns their values in the order of the list once all have ended.
    ///
    /// Steps of one name are counted in the order of the list, so they keep their values in every lifetime. When some
    /// fail, the error of the first to fail is thrown after all have ended.
    public func all<Value: Codable & Sendable>(_ branches: [WorkflowBranch<Value>]) async throws -> [Value] {
        var values: [Value] = []
        for (key, record) in try await lifetime.callAll(branches.map(\.call)) {
            values.append(try await value(from: record.value, key.family.name))
        }
        return values
    }

    /// Runs steps in parallel and records under `name` which of them ended first, by its value or its error.
    ///
    /// The same branch wins in every lifetime. The others go on and are stored, and are not begun again.
    ///
    /// - Parameters:
    ///   - name: The name under which the winner is recorded; counts among the `do` steps.
    ///   - branches: At least one step.
    /// - Returns: The winner's place in the list and its value.
    /// - Throws: The winner's error, when it has failed.
    public func race<Value: Codable & Sendable>(
        _ name: String,
        _ branches: [WorkflowBranch<Value>]
    ) async throws -> (index: Int, value: Value) {
        guard !branches.isEmpty else { throw WorkflowError.fatal("A race needs at least one branch") }
        let (index, key, record) = try await lifetime.race(name, branches.map(\.call))
        if record.state == .failed { throw record.error ?? .internalFailure }
        return (index, try await value(from: record.value, key.family.name))
    }

    @inline(__always)
    func value<Value: Decodable & Sendable>(from bytes: [UInt8]?, _ name: String) async throws -> Value {
        do {
            return try ValueCodec.decode(Value.self, from: bytes ?? [])
        } catch {
            try await lifetime.holdForUndecodable(name, error)
        }
    }
}

/// A `do` as a branch of `all` or `race`.
public struct WorkflowBranch<Value: Codable & Sendable>: Sendable {
    let call: StepCall

    /// A step, with the arguments of `WorkflowStep.do`.
    public static func `do`(
        _ name: String,
        _ config: StepConfig = StepConfig(),
        rollbackConfig: StepConfig = StepConfig(),
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Value,
        rollback: (@Sendable (WorkflowRollbackContext<Value>) async throws -> Void)? = nil
    ) -> WorkflowBranch {
        WorkflowBranch(call: StepCall(name, config, rollbackConfig: rollbackConfig, body, rollback: rollback))
    }
}

extension StepCall {
    /// A call whose closure gives a value, which is encoded as part of the attempt.
    fileprivate convenience init<Value: Codable & Sendable>(
        _ name: String,
        _ config: StepConfig,
        rollbackConfig: StepConfig,
        _ body: @escaping @Sendable (WorkflowStepContext) async throws -> Value,
        rollback: (@Sendable (WorkflowRollbackContext<Value>) async throws -> Void)?
    ) {
        var handler: RollbackHandler?
        if let rollback {
            handler = RollbackHandler(config: rollbackConfig) { context, error, record in
                let output = try record.value.map { try ValueCodec.decode(Value.self, from: $0) }
                try await rollback(WorkflowRollbackContext(ctx: context, error: error, output: output))
            }
        }
        let encoding: AttemptBody = { context in
            let value = try await body(context)
            do {
                return .value(try ValueCodec.encode(value))
            } catch {
                throw UnserialisableValue()
            }
        }
        self.init(name: name, config: config, body: encoding, rollback: handler)
    }
}
