internal import DurableActors

/// What all kinds of steps share, and those that only wait.
extension Lifetime {
    func checkName(_ name: String) throws(WorkflowError) {
        guard WorkflowNames.isStepName(name) else {
            throw .fatal("Step name \"\(name)\" exceeds max length (256 chars) or invalid characters found")
        }
    }

    /// The identity of a call: one more of its kind and name in this lifetime.
    ///
    /// Whoever knows whether the last call was of them says so.
    func take(_ kind: StepKey.Kind, _ name: String, isAgain: Bool? = nil) -> StepKey {
        let key = calls.take(kind, name, isAgain: isAgain ?? calls.areLast(kind, name))
        if key.count > 1, !open.isEmpty { warnOfRival(StepKey(family: key.family, count: key.count - 1)) }
        return key
    }

    /// Warns where a step is called while another of its name is awaited: which of them comes first may differ in a replay.
    private func warnOfRival(_ key: StepKey) {
        guard let rival = open[key], rival.isAwaited, !rival.isReserved, !rival.isNested, AttemptScope.current == nil,
            warned.insert(key.family).inserted
        else { return }
        definition.log.notice(
            """
            Steps named "\(key.family.name)" of \(instance.id) are called at the same time: in a replay each may get what \
            was stored for another. Use step.all, or a name for each.
            """
        )
    }

    /// What the journal has of a step that is called now.
    func recorded(_ key: StepKey) throws -> StepRecord? { isFresh ? nil : try journal.step(key) }

    /// Awaits a step's end; throws unless it has given what it is to give.
    ///
    /// Cancelling the awaiting task leaves the step alone.
    @inline(__always)
    nonisolated func end(of step: OpenStep, awaitedBy task: RunningTask = .current) async throws {
        if ctx.incarnation.cell.isCurrent {
            if let ending = step.ending { return try step.goOn(from: ending) }
            if isMain(task) {
                // Safe because the step resumes it once.
                let ending = unsafe await suspend { unsafe step.await(by: $0) }
                return try step.goOn(from: ending)
            }
        }
        try await cancellableEnd(of: step)
    }

    private nonisolated func cancellableEnd(of step: OpenStep) async throws {
        let cell = ctx.incarnation.cell
        let ending = await withTaskCancellationHandler {
            // Safe because the step resumes it once.
            unsafe await withUnsafeContinuation { (waiter: UnsafeContinuation<OpenStep.Ending, Never>) in
                let isCancelled = Task.isCancelled
                if cell.isCurrent {
                    assumeIsolated { unsafe $0.wait(waiter, for: step, isCancelled) }
                } else {
                    cell.perform { self.assumeIsolated { unsafe $0.wait(waiter, for: step, isCancelled) } }
                }
            }
        } onCancel: {
            cell.perform { self.assumeIsolated { $0.stopAwaiting(step) } }
        }
        try step.goOn(from: ending)
    }

    private func wait(_ waiter: UnsafeContinuation<OpenStep.Ending, Never>, for step: OpenStep, _ isCancelled: Bool) {
        unsafe step.await(by: waiter)
        if isCancelled, step.stopAwaiting() { unpark(step) }
    }

    private func stopAwaiting(_ step: OpenStep) {
        guard step.stopAwaiting() else { return }
        unpark(step)
        noteActivity()
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

    /// A step has ended in the journal; whoever awaits it goes on once that is durable.
    ///
    /// So what comes after a step never happens without the outcome it was given: a crash cannot have the step run again
    /// and end otherwise.
    func ended(_ key: StepKey, _ record: StepRecord) {
        guard !isOver, let step = open[key] else { return }
        step.record = record
        ended(step)
    }

    /// A step whose record has its outcome has ended, as above.
    func ended(_ step: OpenStep) {
        guard !isOver else { return }
        step.timer?.cancel()
        if isSettled { return awake { $0.goOnOnceDurable(after: step) } }
        activity += 1
        goOnOnceDurable(after: step)
    }

    private func goOnOnceDurable(after step: OpenStep) {
        guard step.ending == nil, !step.isPassing else { return }
        unpark(step)
        outcomesOnTheirWay += 1
        let incarnation = ctx.incarnation
        step.passes(through: incarnation.cell, of: self)
        incarnation.cell.passOutputGate(of: incarnation, step)
    }

    func goOn(after step: OpenStep) {
        outcomesOnTheirWay -= 1
        guard step.ending == nil else { return }
        open.remove(step)
        step.end(.recorded)
        considerSettling()
    }

    // MARK: Sleep

    func sleep(_ name: String, _ duration: WorkflowDuration) async throws {
        try await enter()
        try checkName(name)
        guard let length = duration.milliseconds, length <= limits.longestWaitMilliseconds else {
            throw WorkflowError.fatal("Sleep \"\(name)\" has an invalid duration or one of more than 365 days")
        }
        let key = take(.sleep, name)
        let isSkipped = definition.plans.skipsSleep(of: instance.id, key)
        try await sleep(key) { now in now + (isSkipped ? 0 : max(length, 0)) }
    }

    func sleep(_ name: String, until time: Int64) async throws {
        try await enter()
        try checkName(name)
        let longest = limits.longestWaitMilliseconds
        let key = take(.sleep, name)
        let isSkipped = definition.plans.skipsSleep(of: instance.id, key)
        try await sleep(key) { now throws(WorkflowError) in
            guard !isSkipped else { return now }
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
        try await admit([key])
        if phase == .registering { return }
        var record: StepRecord
        if let known = try transition({ try recorded(key) }) {
            record = known
        } else {
            try Task.checkCancellation()
            let end = try deadline(ctx.now)
            record = try transition { try journal.startSleep(key, until: end, duration: end - ctx.now) }
        }
        guard record.state == .open else { return }
        let isForgotten = limits.faults.contains(.forgottenDeadlines)
        let deadline = isForgotten ? ctx.now + (record.duration ?? 0) : record.deadline ?? 0
        let left = min(deadline - ctx.now, record.duration ?? .max)
        guard left > 0 else { return try transition { try journal.endSleep(&record, key) } }
        let step = OpenStep(key, record, isNested: AttemptScope.current != nil)
        open.insert(step)
        park(step)
        step.timer = after(left) { lifetime in
            lifetime.unlessPausing(step) { $0.sleepIsDue(step) }
        }
        try await end(of: step)
    }

    private func sleepIsDue(_ step: OpenStep) {
        let key = step.key
        guard step.ending == nil, step.record.state == .open else { return }
        // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
        guard (try? transition { try journal.endSleep(&step.record, key) }) != nil else { return }
        ended(step)
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
        return try await wait(take(.wait, name), type, length)
    }

    /// Waits for an event whose type need not be one that can be sent from outside.
    func wait(_ key: StepKey, _ type: String, _ length: Int64) async throws -> StepRecord {
        try await admit([key])
        let planned = definition.plans.wait(of: instance.id, key, type)
        let found: StepRecord? = try transition {
            if let known = try recorded(key) { return known }
            if Task.isCancelled || phase == .registering { return nil }
            return try journal.startWait(key, type: type, timeout: length, planned: planned)
        }
        if phase == .registering, found?.state ?? .open == .open { try suspendBranch() }
        guard let record = found else { throw CancellationError() }
        let step = OpenStep(key, record, isNested: AttemptScope.current != nil)
        guard record.state == .open else {
            try step.goOn(from: .recorded)
            return record
        }
        let isLate = planned.map { if case .timesOut = $0 { true } else { false } } ?? false
        let left = isLate ? 0 : min((record.deadline ?? 0) - ctx.now, record.duration ?? .max)
        guard left > 0 else {
            try transition { try journal.endWaitByTimeout(&step.record, key) }
            try step.goOn(from: .recorded)
            return step.record
        }
        open.insert(step)
        park(step)
        step.timer = after(left) { lifetime in
            guard step.ending == nil, step.record.state == .open else { return }
            // Silence is right: a refused write retires the lifetime, which suspends the step's caller.
            guard (try? lifetime.transition { try lifetime.journal.endWaitByTimeout(&step.record, key) }) != nil
            else { return }
            lifetime.ended(step)
        }
        try await end(of: step)
        return step.record
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
        if phase == .registering, try transition({ try journal.step(key) }) == nil { try suspendBranch() }
        let bytes = try transition { try journal.fact(key) { try ValueCodec.encode(make(ctx)) } }
        return try ValueCodec.decode(Value.self, from: bytes)
    }

    /// Publishes a value for queries, unless a lifetime before has done so or gone further.
    func publish(_ name: String, _ value: [UInt8]) async throws {
        try await enter()
        try checkName(name)
        guard value.count <= limits.valueBytes else {
            throw WorkflowError.fatal("The value published as \"\(name)\" is larger than \(limits.valueBytes) bytes")
        }
        let key = take(.publication, name)
        if phase == .running { try transition { try journal.publish(name, key.count, value) } }
    }
}
