internal import DurableActors

/// The transitions of a rollback.
extension Journal {
    /// The steps to be rolled back, the last to start first: those that started with a handler and are not done with.
    func rollbackSteps() throws -> [(key: StepKey, record: StepRecord)] {
        var began: [StepKey] = []
        try rows.scan(JournalKeys.undoable, as: StepKey.self) { _, key in
            began.append(key)
            return true
        }
        return try began.reversed().compactMap { key in
            guard let record = try step(key), try rollback(key)?.state != .done else { return nil }
            return (key: key, record: record)
        }
    }

    func rollback(_ key: StepKey) throws -> RollbackRecord? { try rows.get(JournalKeys.rollback(key)) }

    /// Records why the instance rolls back; from then on its code is only asked for handlers.
    func beginRollback(_ trigger: RollbackTrigger) throws {
        try clearWaits()
        try setStatus(.running) { status in
            status.trigger = trigger
            status.pausedAt = nil
        }
        try log(LogEntry(.rollbackStarted, error: trigger.error))
        try wakeNow()
    }

    func beginRollbackAttempt(_ record: inout RollbackRecord, _ key: StepKey) throws {
        record.attempts += 1
        try rows.put(JournalKeys.rollback(key), record)
        let attempt = LogEntry(.rollbackAttemptStarted, key, attempt: record.attempts)
        if record.attempts == 1 { try log(LogEntry(.rollbackStepStarted, key), attempt) } else { try log(attempt) }
    }

    func completeRollback(_ record: inout RollbackRecord, _ key: StepKey) throws {
        record.state = .done
        try rows.put(JournalKeys.rollback(key), record)
        try log(
            LogEntry(.rollbackAttemptCompleted, key, attempt: record.attempts),
            LogEntry(.rollbackStepCompleted, key)
        )
    }

    /// Ends an attempt with an error: how long to wait for the next, or nil when none is left.
    func failRollback(
        _ record: inout RollbackRecord,
        _ key: StepKey,
        _ error: WorkflowError,
        _ limits: WorkflowLimits
    ) throws -> Int64? {
        record.error = error
        let base = record.config.delay ?? limits.retryDelayMilliseconds
        let willRetry = record.attempts <= record.config.limit && !error.forbidsRetry
        let delay = willRetry ? record.config.delay(afterAttempts: record.attempts, base: base) : nil
        let failed = LogEntry(
            .rollbackAttemptErrored,
            key,
            attempt: record.attempts,
            error: error,
            milliseconds: delay
        )
        if delay == nil { record.state = .failed }
        try rows.put(JournalKeys.rollback(key), record)
        if delay == nil {
            try log(failed, LogEntry(.rollbackStepErrored, key, error: error))
        } else {
            try log(failed)
        }
        return delay
    }
}
