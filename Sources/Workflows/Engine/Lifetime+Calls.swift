internal import DurableActors

/// `do`: attempts, timeouts and retries.
extension Lifetime {
    /// Runs a `do` step or gives what it gave before.
    func call(_ name: String, _ config: StepConfig, _ body: @escaping AttemptBody) async throws -> [UInt8] {
        try await enter()
        stepsUsed += 1
        guard stepsUsed <= limits.steps else {
            throw WorkflowError.fatal(
                """
                The limit of \(limits.steps) steps has been reached. This limit can be changed in your worker \
                configuration.
                """
            )
        }
        try checkName(name)
        guard let frozen = FrozenConfig(config, limits) else {
            throw WorkflowError.fatal("Step config for \"\(name)\" is in a invalid format.")
        }
        let key = take(.call, name)
        let found: StepRecord? = try transition {
            guard var known = try journal.step(key) else {
                return Task.isCancelled ? nil : try journal.open(frozen)
            }
            if known.state == .open { try journal.closeCutAttempt(&known, key, limits) }
            return known
        }
        guard let record = found else { throw CancellationError() }
        guard record.state == .open else { return try Self.result(of: record).value ?? [] }
        let step = OpenStep(key, record, body: body)
        open[key] = step
        if let deadline = record.deadline, deadline > ctx.now {
            waitForRetry(step, min(deadline - ctx.now, record.duration ?? .max))
        } else {
            startAttempt(step)
        }
        return try await outcome(of: step).value ?? []
    }

    private func startAttempt(_ step: OpenStep) {
        guard let body = step.body, let config = step.record.config else { return }
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        guard (try? transition { try journal.beginAttempt(&step.record, step.key) }) != nil else { return }
        let key = step.key
        let number = step.record.attempts
        let scope = AttemptScope()
        let context = WorkflowStepContext(
            step: WorkflowStepContext.Step(name: key.family.name, count: key.count),
            attempt: number,
            config: config.shown
        )
        step.scope = scope
        attemptsRunning += 1
        step.timer = after(config.timeout) {
            $0.attemptEnded(key, number, .failed(.timedOut(after: config.timeout), isFinal: false))
        }
        step.task = spawn(in: scope) { lifetime in
            let result = await AttemptResult(of: body, context)
            lifetime.attemptEnded(key, number, result)
        }
    }

    /// Records how an attempt ended; one of a step that went on without it changes nothing.
    private func attemptEnded(_ key: StepKey, _ number: Int, _ result: AttemptResult) {
        guard !isOver, let step = open[key], step.record.attempts == number, step.record.isInAttempt else { return }
        step.scope?.end()
        step.timer?.cancel()
        step.task?.cancel()
        attemptsRunning -= 1
        noteActivity()
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        try? transition { try record(result, of: step) }
    }

    private func record(_ result: AttemptResult, of step: OpenStep) throws {
        let key = step.key
        switch result {
        case .value(let value) where value.count <= limits.valueBytes:
            try journal.complete(&step.record, key, value)
            ended(key, step.record)
        case .value:
            _ = try journal.failAttempt(&step.record, key, .outputTooLarge(key.label), isFinal: true)
            ended(key, step.record)
        case .failed(let error, let isFinal):
            if let delay = try journal.failAttempt(&step.record, key, error, isFinal: isFinal) {
                waitForRetry(step, delay)
            } else {
                ended(key, step.record)
            }
        case .unserialisable:
            let name = key.family.name
            let error = WorkflowError.fatal("Value returned from step \"\(name)\" is not serialisable")
            _ = try journal.failAttempt(&step.record, key, error, isFinal: true)
            finish(
                .errored,
                error: .fatal(
                    """
                    The execution of the Workflow instance was terminated, as the step "\(name)" returned a value \
                    which is not serialisable
                    """
                )
            )
        }
    }

    private func waitForRetry(_ step: OpenStep, _ milliseconds: Int64) {
        let key = step.key
        park(step)
        step.timer = after(milliseconds) { lifetime in
            guard let step = lifetime.open[key] else { return }
            lifetime.unpark(step)
            lifetime.noteActivity()
            lifetime.startAttempt(step)
        }
    }

    /// Ends the lifetime over a stored value that the code no longer reads; another build may.
    func holdForUndecodable(_ name: String, _ cause: any Error) async throws -> Never {
        try await enter()
        definition.log.error("The stored value of step \"\(name)\" of \(instance.id) cannot be read: \(cause)")
        // Silence is right: either way the lifetime is retired.
        try? transition {
            try journal.hold(because: .fatal("Stored output for \"\(name)\" is corrupt or incomplete."))
        }
        retire()
        throw WorkflowSuspension()
    }
}

/// How an attempt ended.
enum AttemptResult: Sendable {
    case value([UInt8])
    case failed(WorkflowError, isFinal: Bool)
    case unserialisable

    init(of body: AttemptBody, _ context: WorkflowStepContext) async {
        do {
            self = .value(try await body(context))
        } catch is UnserialisableValue {
            self = .unserialisable
        } catch {
            let erased = WorkflowError(erasing: error)
            self = .failed(erased, isFinal: error is NonRetryableError || erased.forbidsRetry)
        }
    }
}
