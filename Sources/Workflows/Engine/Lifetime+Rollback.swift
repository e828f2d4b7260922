internal import DurableActors

/// What is under way of a rollback; confined to its lifetime.
final class Undoing: @unchecked Sendable {
    // Safe because it is used on the lifetime's executor alone.
    /// The life under which handlers work, since that of `run` may have died.
    let life: Incarnation
    private var waiter: CheckedContinuation<Void, any Error>?
    private(set) var result: Result<Void, WorkflowError>?
    private var isCut = false

    init(life: Incarnation) { self.life = life }

    /// Awaits the end of an attempt or of a delay.
    func wait(isolation: isolated Lifetime) async throws {
        if isCut { throw WorkflowSuspension() }
        try await withCheckedThrowingContinuation { waiter = $0 }
    }

    func begin() { result = nil }

    /// The attempt or the delay has ended; a later end of the same changes nothing.
    func end(_ result: Result<Void, WorkflowError>) {
        guard self.result == nil else { return }
        self.result = result
        waiter?.resume()
        waiter = nil
    }

    func end(throwing error: any Error) {
        isCut = true
        waiter?.resume(throwing: error)
        waiter = nil
    }
}

/// Rollbacks: handlers of the steps that started, the last to start first, one at a time.
extension Lifetime {
    /// Ends the instance with an error of `run`, once what can be rolled back is.
    func fail(_ error: WorkflowError) {
        endOpenSteps()
        let trigger = RollbackTrigger(error: error, ending: .errored)
        // Silence is right: a refused write retires the lifetime.
        try? transition {
            guard !(try journal.rollbackSteps().isEmpty) else { return finish(.errored, error: error) }
            try journal.beginRollback(trigger)
            rollBack(trigger)
        }
    }

    /// In the registration phase: throws into a branch that has come to where there is nothing to return.
    func suspendBranch() throws -> Never {
        suspensions += 1
        life.die(DurableObjectError(.reset, "The workflow is replayed for its rollback.", retryable: true))
        // Code that swallows the error and calls on would go on for ever.
        if suspensions > 1000, let trigger { rollBack(trigger) }
        throw WorkflowSuspension()
    }

    /// Calls the handlers and ends the instance.
    func rollBack(_ trigger: RollbackTrigger) {
        guard phase != .rollingBack else { return }
        phase = .rollingBack
        main?.cancel()
        endOpenSteps()
        let undoing = Undoing(life: Incarnation(within: ctx.incarnation))
        self.undoing = undoing
        _ = spawn(in: nil, life: undoing.life) { await $0.runHandlers(trigger) }
    }

    private func runHandlers(_ trigger: RollbackTrigger) async {
        var failure: WorkflowError?
        do {
            for (key, record) in try transition({ try journal.rollbackSteps() }) where failure == nil {
                failure = try await undo(key, record, trigger.error)
            }
            try transition {
                try journal.log(LogEntry(failure == nil ? .rollbackCompleted : .rollbackErrored, error: failure))
            }
        } catch {
            // The lifetime is over: the next one goes on with what is left.
            return
        }
        guard !isOver else { return }
        finish(
            trigger.ending,
            error: trigger.error == .terminatedInRollback ? nil : trigger.error,
            rollback: InstanceStatus.Rollback(outcome: failure == nil ? .complete : .failed, error: failure)
        )
    }

    /// Rolls one step back; returns the error when it cannot be.
    private func undo(_ key: StepKey, _ record: StepRecord, _ cause: WorkflowError) async throws -> WorkflowError? {
        guard let undoing, !isOver else { throw WorkflowSuspension() }
        let stored = try transition { try journal.rollback(key) }
        if let stored, stored.state == .failed { return stored.error }
        guard let handler = handlers[key], let config = FrozenConfig(handler.config, limits) else {
            try transition { try journal.log(LogEntry(.rollbackStepErrored, key, error: .rollbackMissing)) }
            return .rollbackMissing
        }
        var progress = stored ?? RollbackRecord(config: config)
        while true {
            if isDraining {
                undoing.begin()
                try await undoing.wait(isolation: self)
            }
            try transition { try journal.beginRollbackAttempt(&progress, key) }
            try await attempt(handler, key, record, progress, cause, undoing)
            guard case .failure(let error) = undoing.result else {
                try transition { try journal.completeRollback(&progress, key) }
                return nil
            }
            guard let delay = try transition({ try journal.failRollback(&progress, key, error, limits) }) else {
                return error
            }
            undoing.begin()
            _ = after(definition.plans.skipsRetryDelay(of: instance.id, key) ? 0 : delay) { _ in
                undoing.end(.success(()))
            }
            try await undoing.wait(isolation: self)
        }
    }

    private func attempt(
        _ handler: RollbackHandler,
        _ key: StepKey,
        _ record: StepRecord,
        _ progress: RollbackRecord,
        _ cause: WorkflowError,
        _ undoing: Undoing
    ) async throws {
        let context = WorkflowStepContext(
            step: WorkflowStepContext.Step(name: key.family.name, count: key.count),
            attempt: progress.attempts,
            config: record.config?.shown ?? StepConfig()
        )
        let (timeout, scope) = (progress.config.timeout, AttemptScope())
        undoing.begin()
        attemptsRunning += 1
        let timer = after(timeout) { _ in undoing.end(.failure(.timedOut(after: timeout))) }
        let task = spawn(in: scope, life: undoing.life) { _ in
            do {
                try await handler.run(context, cause, record)
                if !scope.isOver { undoing.end(.success(())) }
            } catch {
                if !scope.isOver { undoing.end(.failure(WorkflowError(erasing: error))) }
            }
        }
        defer {
            scope.end()
            timer.cancel()
            task.cancel()
            if !isOver { attemptsRunning -= 1 }
        }
        try await undoing.wait(isolation: self)
    }
}
