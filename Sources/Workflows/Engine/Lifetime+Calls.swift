internal import DurableActors

/// `do`: attempts, timeouts and retries.
extension Lifetime {
    /// Runs a `do` step or gives what it gave before.
    @inline(__always)
    nonisolated func call(_ call: StepCall) async throws -> OpenStep {
        let task = RunningTask.current
        guard let step = try LifetimeTurn(of: self)?.begin(call, isCancelled: task.isCancelled) else {
            return try await self.enterAndCall(call)
        }
        try await end(of: step, awaitedBy: task)
        return step
    }

    /// Begins a step, unless the code may have to be held before.
    func beginAtOnce(_ call: StepCall, isCancelled: Bool) throws -> OpenStep? {
        guard !isOver, phase != .rollingBack, history == nil else { return nil }
        let scope = AttemptScope.current
        guard scope?.isOver != true else { return nil }
        noteActivity()
        return try begin(try prepare(call), isNested: scope != nil, isCancelled: isCancelled)
    }

    private func enterAndCall(_ call: StepCall) async throws -> OpenStep {
        try await enter()
        let prepared = try prepare(call)
        try await admit([prepared.key])
        let step = try begin(prepared, isNested: AttemptScope.current != nil)
        try await end(of: step)
        return step
    }

    /// Checks the arguments and takes the identity.
    func prepare(_ call: StepCall) throws -> PreparedCall {
        // Calls of a loop are of one name, which was checked before.
        let isAgain = calls.areLast(.call, call.name)
        let config = try countAndCheck(call.name, call.config, isNameKnown: isAgain)
        if let rollback = call.rollback, FrozenConfig(rollback.config, limits) == nil {
            throw WorkflowError.fatal("Rollback config for \"\(call.name)\" is in a invalid format. \(Self.seeDocs)")
        }
        return PreparedCall(key: take(.call, call.name, isAgain: isAgain), call: call, config: config)
    }

    func countAndCheck(_ name: String, _ config: StepConfig, isNameKnown: Bool = false) throws -> FrozenConfig {
        stepsUsed += 1
        guard stepsUsed <= limits.steps else {
            throw WorkflowError.fatal(
                """
                The limit of \(limits.steps) steps has been reached. This limit can be changed in your worker \
                configuration.
                """
            )
        }
        if !isNameKnown { try checkName(name) }
        guard let frozen = FrozenConfig(config, limits) else {
            throw WorkflowError.fatal("Step config for \"\(name)\" is in a invalid format. \(Self.seeDocs)")
        }
        return frozen
    }

    private static var seeDocs: String {
        "See https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/"
    }

    /// Starts a step that is new, goes on with one that is open, or gives what ended.
    func begin(
        _ prepared: PreparedCall,
        isNested: Bool,
        isCancelled: Bool = Task.isCancelled
    ) throws -> OpenStep {
        let (key, call) = (prepared.key, prepared.call)
        let found: OpenStep? = try transition {
            guard let known = try recorded(key) else {
                if phase == .registering || isCancelled { return nil }
                let hasRollback = call.rollback != nil
                let new = try lazyJournal.open(prepared.config, hasRollback: hasRollback, isNested: isNested)
                return OpenStep(key, new, call: call, isNested: isNested)
            }
            let step = OpenStep(key, known, call: call, isNested: isNested)
            if known.state == .open, phase == .running {
                try journal.closeCutAttempt(step, limits)
                if step.record.state != .open { step.end(.recorded) }
            }
            return step
        }
        if phase == .registering, found?.record.state ?? .open == .open {
            if found != nil { handlers[key] = call.rollback }
            try suspendBranch()
        }
        guard let step = found else { throw CancellationError() }
        if let rollback = call.rollback { handlers[key] = rollback }
        guard step.ending == nil else { return step }
        open.insert(step)
        if let deadline = step.record.deadline, deadline > ctx.now {
            waitForRetry(step, min(deadline - ctx.now, step.record.duration ?? .max))
        } else {
            startAttempt(step)
        }
        return step
    }

    private func startAttempt(_ step: OpenStep) {
        if isHeld(step) { heldForPause.append { $0.startAttemptNow(step) } } else { startAttemptNow(step) }
    }

    private func startAttemptNow(_ step: OpenStep) {
        guard step.ending == nil, step.call != nil, let config = step.config else { return }
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        guard (try? transition { try record(beginOf: step) }) != nil else { return }
        let number = step.record.attempts
        let planned = definition.plannedAttempt(of: instance.id, step.key, number, config)
        let attempt = Attempt(step, number, planned: planned, isCautious: isCautious)
        step.scope = attempt
        attemptsRunning += 1
        limitAttempt(of: step, to: config.timeout)
        run(attempt)
    }

    /// A begin asks for no commit of its own: most attempts end before anything else needs it.
    private func record(beginOf step: OpenStep) throws {
        if isCautious { try journal.beginAttempt(step) } else { try lazyJournal.beginAttempt(step) }
    }

    @inline(never)
    nonisolated func context(of step: OpenStep, _ attempt: Int) -> WorkflowStepContext {
        WorkflowStepContext(
            step: WorkflowStepContext.Step(name: step.call?.name ?? step.key.family.name, count: step.key.count),
            attempt: attempt,
            config: step.config?.shown ?? StepConfig()
        )
    }

    /// Whether that attempt runs; one of a step that went on without it changes nothing.
    func isRunning(_ step: OpenStep, _ number: Int) -> Bool {
        !isOver && step.ending == nil && step.record.attempts == number && step.record.isInAttempt
    }

    /// Ends an attempt that runs: by what its closure came to, which its task tells itself, or by its time.
    func attemptEnded(_ step: OpenStep, _ number: Int, _ result: AttemptResult, byItself: Bool) {
        guard isRunning(step, number) else { return }
        step.scope?.end()
        step.attemptDue = .max
        // A task that comes to the end of its attempt itself goes on to the next.
        if let task = step.task.take(), !byItself { task.cancel() }
        attemptsRunning -= 1
        isCautious = false
        noteActivity()
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        try? transition { try record(result, of: step) }
        // Silence is right, as above.
        if isPausing, attemptsRunning == 0, !isOver { try? pauseNow() }
    }

    private func record(_ result: AttemptResult, of step: OpenStep) throws {
        let key = step.key
        switch result {
        case .value(let value) where value.count > limits.valueBytes:
            _ = try journal.failAttempt(step, .outputTooLarge(key.label), isFinal: true, limits)
            ended(step)
        case .value(let value):
            guard try journal.take(value.count, of: limits.storageBytes) else {
                return try record(AttemptResult(of: StorageExceeded(), in: key.family.name), of: step)
            }
            try journal.complete(step, value, nil)
            ended(step)
        case .stream(let stream):
            try journal.complete(step, nil, stream)
            ended(step)
        case .failed(let error, let isFinal):
            guard let delay = try journal.failAttempt(step, error, isFinal: isFinal, limits) else {
                return ended(step)
            }
            if step.record.isDelayPending == true {
                askForDelay(step, error)
            } else {
                waitForRetry(step, delay)
            }
        case .fatal(let error, let instanceError):
            _ = try journal.failAttempt(step, error, isFinal: true, limits)
            finish(.errored, error: instanceError)
        }
    }

    func waitForRetry(_ step: OpenStep, _ milliseconds: Int64) {
        let key = step.key
        let length = definition.plans.skipsRetryDelay(of: instance.id, key) ? 0 : milliseconds
        park(step)
        step.timer = after(length) { lifetime in
            lifetime.awake { lifetime in
                guard step.ending == nil else { return }
                lifetime.unpark(step)
                lifetime.startAttempt(step)
            }
        }
    }

    /// Ends the lifetime over a stored value that the code no longer reads; another build may.
    func holdForUndecodable(_ name: String, _ cause: any Error) async throws -> Never {
        try await enter()
        definition.log.error("The stored value of step \"\(name)\" of \(instance.id) cannot be read: \(cause)")
        hold(because: .fatal("Stored output for \"\(name)\" is corrupt or incomplete."))
        throw WorkflowSuspension()
    }

    /// Pauses the instance for a reason that its status tells, and retires.
    func hold(because reason: WorkflowError) {
        // Silence is right: either way the lifetime is retired.
        try? transition { try journal.hold(because: reason) }
        retire()
    }
}
