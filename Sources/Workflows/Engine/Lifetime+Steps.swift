internal import DurableActors

/// What all kinds of steps share, and those that only wait.
extension Lifetime {
    func checkName(_ name: String) throws(WorkflowError) {
        guard WorkflowNames.isStepName(name) else {
            throw .fatal("Step name \"\(name)\" exceeds max length (256 chars) or invalid characters found")
        }
    }

    /// The identity of a call: one more of its kind and name in this lifetime.
    func take(_ kind: StepKey.Kind, _ name: String) -> StepKey {
        let family = StepKey.Family(kind, name)
        let count = counts[family, default: 0] + 1
        counts[family] = count
        return StepKey(family: family, count: count)
    }

    static func result(of record: StepRecord) throws -> StepRecord {
        if record.state == .failed { throw record.error ?? .internalFailure }
        return record
    }

    /// Awaits a step's end; cancelling the awaiting task leaves the step alone.
    func outcome(of step: OpenStep) async throws -> StepRecord {
        let key = step.key
        if step.ended == nil {
            let record: StepRecord = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation {
                    (continuation: CheckedContinuation<StepRecord, any Error>) in
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                        unpark(step)
                    } else {
                        step.waiter = continuation
                    }
                }
            } onCancel: {
                ctx.incarnation.cell.perform { self.assumeIsolated { $0.stopAwaiting(key) } }
            }
            return try Self.result(of: record)
        }
        guard let ended = step.ended else { throw WorkflowSuspension() }
        return try Self.result(of: try ended.get())
    }

    private func stopAwaiting(_ key: StepKey) {
        guard let step = open[key], let waiter = step.waiter else { return }
        step.waiter = nil
        unpark(step)
        noteActivity()
        waiter.resume(throwing: CancellationError())
    }

    func park(_ step: OpenStep) {
        guard !step.isParked else { return }
        step.isParked = true
        parked += 1
        considerSettling()
    }

    func unpark(_ step: OpenStep) {
        guard step.isParked else { return }
        step.isParked = false
        parked -= 1
    }

    /// A step has ended in the journal; whoever awaits it goes on.
    func ended(_ key: StepKey, _ record: StepRecord) {
        guard !isOver else { return }
        noteActivity()
        guard let step = open.removeValue(forKey: key) else { return }
        unpark(step)
        step.record = record
        step.end(.success(record))
        considerSettling()
    }

    // MARK: Sleep

    func sleep(_ name: String, _ duration: WorkflowDuration) async throws {
        try await enter()
        try checkName(name)
        guard let length = duration.milliseconds, length <= limits.longestWaitMilliseconds else {
            throw WorkflowError.fatal("Sleep \"\(name)\" has an invalid duration or one of more than 365 days")
        }
        try await sleep(take(.sleep, name)) { now in now + max(length, 0) }
    }

    func sleep(_ name: String, until time: Int64) async throws {
        try await enter()
        try checkName(name)
        let longest = limits.longestWaitMilliseconds
        try await sleep(take(.sleep, name)) { now throws(WorkflowError) in
            guard time >= now else {
                throw WorkflowError(name: "Error", "You can't sleep until a time in the past, time-traveler")
            }
            guard time - now <= longest else {
                throw .fatal("Sleep \"\(name)\" has an invalid duration or one of more than 365 days")
            }
            return time
        }
    }

    /// Sleeps to the deadline that the first execution computes and stores.
    private func sleep(_ key: StepKey, _ deadline: (_ now: Int64) throws(WorkflowError) -> Int64) async throws {
        var record: StepRecord
        if let known = try transition({ try journal.step(key) }) {
            record = known
        } else {
            try Task.checkCancellation()
            let end = try deadline(ctx.now)
            record = try transition { try journal.startSleep(key, until: end, duration: end - ctx.now) }
        }
        guard record.state == .open else { return }
        let left = min((record.deadline ?? 0) - ctx.now, record.duration ?? .max)
        guard left > 0 else { return try transition { try journal.endSleep(&record, key) } }
        let step = OpenStep(key, record)
        open[key] = step
        park(step)
        step.timer = after(left) { lifetime in
            guard let step = lifetime.open[key] else { return }
            // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
            guard (try? lifetime.transition { try lifetime.journal.endSleep(&step.record, key) }) != nil else { return }
            lifetime.ended(key, step.record)
        }
        _ = try await outcome(of: step)
    }

    // MARK: Events

    func waitForEvent(_ name: String, _ type: String, _ timeout: WorkflowDuration?) async throws -> StepRecord {
        try await enter()
        try checkName(name)
        guard WorkflowNames.isEventType(type) else { throw WorkflowError.invalidEventType }
        let asked = timeout.map(\.milliseconds) ?? limits.waitTimeoutMilliseconds
        guard let asked, asked >= 0, asked <= limits.longestWaitMilliseconds else {
            throw WorkflowError.fatal("Wait \"\(name)\" has an invalid timeout or one of more than 365 days")
        }
        let length = asked == 0 ? limits.waitTimeoutMilliseconds : asked
        let key = take(.wait, name)
        let found: StepRecord? = try transition {
            if let known = try journal.step(key) { return known }
            return Task.isCancelled ? nil : try journal.startWait(key, type: type, timeout: length)
        }
        guard var record = found else { throw CancellationError() }
        guard record.state == .open else { return try Self.result(of: record) }
        let left = min((record.deadline ?? 0) - ctx.now, record.duration ?? .max)
        guard left > 0 else {
            try transition { try journal.endWaitByTimeout(&record, key) }
            return try Self.result(of: record)
        }
        let step = OpenStep(key, record)
        open[key] = step
        park(step)
        step.timer = after(left) { lifetime in
            guard let step = lifetime.open[key] else { return }
            // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
            guard (try? lifetime.transition { try lifetime.journal.endWaitByTimeout(&step.record, key) }) != nil
            else { return }
            lifetime.ended(key, step.record)
        }
        return try await outcome(of: step)
    }

    // MARK: Facts

    func fact<Value: Codable & Sendable>(
        _ name: String,
        _ make: @Sendable (DurableObjectState) -> Value
    ) async throws
        -> Value
    {
        try await enter()
        let key = take(.fact, name)
        return try transition { try journal.fact(key) { make(ctx) } }
    }
}
