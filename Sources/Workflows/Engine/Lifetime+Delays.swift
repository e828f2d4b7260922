internal import DurableActors

/// Retry delays that a function gives.
extension Lifetime {
    /// Asks the function; the attempt's end and the default delay are stored already.
    func askForDelay(_ step: OpenStep, _ error: WorkflowError) {
        guard let function = step.call?.config.retries?.function else {
            // The code no longer gives a function.
            return delayAnswered(step.key, nil, .success(WorkflowDuration(milliseconds: limits.retryDelayMilliseconds)))
        }
        let key = step.key
        let scope = AttemptScope()
        let question = RetryDelayContext(ctx: context(of: step, step.record.attempts), error: error)
        step.scope = scope
        attemptsRunning += 1
        step.timer = after(WorkflowLimits.delayMilliseconds) {
            $0.delayAnswered(key, scope, .failure(.delayTimedOut(key.label)))
        }
        step.task = spawn(in: scope) { lifetime in
            let answer: Result<WorkflowDuration, WorkflowError>
            do {
                answer = .success(try await function.call(question))
            } catch {
                answer = .failure(.delayThrew(key.label, WorkflowError(erasing: error).message))
            }
            lifetime.delayAnswered(key, scope, answer)
        }
    }

    private func delayAnswered(
        _ key: StepKey,
        _ scope: AttemptScope?,
        _ answer: Result<WorkflowDuration, WorkflowError>
    ) {
        guard !isOver, let step = open[key], step.record.isDelayPending == true else { return }
        if let scope {
            guard step.scope === scope else { return }
            scope.end()
            step.timer?.cancel()
            step.task?.cancel()
            attemptsRunning -= 1
        }
        noteActivity()
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        try? transition { try take(answer, for: step) }
        // Silence is right, as above.
        if isPausing, attemptsRunning == 0, !isOver { try? pauseNow() }
    }

    private func take(_ answer: Result<WorkflowDuration, WorkflowError>, for step: OpenStep) throws {
        let key = step.key
        var problem = WorkflowError.delayInvalid(key.label)
        if case .failure(let error) = answer { problem = error }
        guard case .success(let base) = answer, let base = base.milliseconds, base >= 0,
            let config = step.record.config
        else {
            try journal.failDelay(step, problem)
            return ended(step)
        }
        let delay = config.delay(afterAttempts: step.record.attempts, base: base)
        try journal.setDelay(step, delay)
        waitForRetry(step, delay)
    }
}
