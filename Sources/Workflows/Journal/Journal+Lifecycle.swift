internal import DurableActors

/// The transitions of the instance itself.
extension Journal {
    /// Creates the instance, queued and sure to be started: at once, or by its alarm after a crash.
    func create(_ record: InstanceRecord) throws {
        guard try status() == nil else { throw WorkflowError.instanceAlreadyExists }
        memory.instance = record
        memory.mayWait = false
        try rows.put(JournalKeys.instance, record)
        try save(CounterRecord(logs: record.createdAt * 4096, bytes: record.params.count))
        try setDeadline(record)
        try setStatus(.queued)
        try log(LogEntry(.workflowQueued))
        try wakeNow()
    }

    private func setDeadline(_ record: InstanceRecord?) throws {
        if let limit = record?.timeout { try rows.put(JournalKeys.deadline, ctx.now + limit.milliseconds) }
    }

    /// When an instance that was given a time must have ended.
    func deadline() throws -> Int64? {
        try instance()?.timeout == nil ? nil : rows.get(JournalKeys.deadline)
    }

    /// A lifetime begins.
    func start() throws {
        let isFirst = try status()?.hasStarted != true
        try setStatus(.running) { $0.hasStarted = true }
        if isFirst {
            try log(LogEntry(.workflowStarted), LogEntry(.workflowRunning))
        } else {
            try log(LogEntry(.workflowRunning))
        }
    }

    /// Waits for a slot; one that has run before goes first.
    func queue(isWoken: Bool) throws {
        guard try status()?.status != .queued else { return }
        try setStatus(.queued) { $0.isWoken = isWoken }
        try log(LogEntry(.workflowQueued))
    }

    /// Notes that every branch waits, and has the alarm wake the instance when the first wait or its time ends.
    func park(isLimited: Bool) throws {
        if try status()?.status == .running {
            try setStatus(.waiting)
            try log(LogEntry(.workflowWaiting))
        }
        if let first = [try firstDeadline(), isLimited ? try deadline() : nil].compactMap(\.self).min() {
            try ctx.incarnation.setAlarm(named: [], max(first, 1), confirmed: true)
        } else {
            try forgetAlarm()
        }
    }

    /// Ends the instance: how, away with everything that waits, and when it is to be forgotten.
    func finish(
        _ ending: InstanceStatus.Status,
        output: [UInt8]? = nil,
        error: WorkflowError? = nil,
        rollback: InstanceStatus.Rollback? = nil,
        _ limits: WorkflowLimits
    ) throws {
        try clearWaits()
        let record = try instance()
        let retention =
            ending == .complete
            ? record?.successRetention ?? limits.successRetentionMilliseconds
            : record?.errorRetention ?? limits.errorRetentionMilliseconds
        try setStatus(ending) { status in
            status.output = output
            status.error = error
            status.pausedAt = nil
            status.trigger = nil
            status.rollback = rollback
        }
        switch ending {
        case .complete: try log(LogEntry(.workflowCompleted))
        case .errored: try log(LogEntry(.workflowErrored, error: error))
        default: try log(LogEntry(.workflowTerminated, error: error))
        }
        if record?.parent != nil {
            try rows.put(JournalKeys.notice, NoValue())
            try wakeNow()
        } else {
            try forgetLater(retention)
        }
    }

    /// Has the alarm come when the retention has passed.
    func forgetLater(_ retention: Int64) throws {
        try ctx.incarnation.setAlarm(named: [], max(ctx.now + retention, 1), confirmed: true)
    }

    /// When an instance that has ended is to be forgotten.
    func expiry(_ limits: WorkflowLimits) throws -> Int64? {
        guard let status = try status(), status.status.isFinite else { return nil }
        let record = try instance()
        let retention =
            status.status == .complete
            ? record?.successRetention ?? limits.successRetentionMilliseconds
            : record?.errorRetention ?? limits.errorRetentionMilliseconds
        return status.since + retention
    }

    // MARK: Pause

    func requestPause() throws {
        try setStatus(.waitingForPause)
        try log(LogEntry(.workflowWaitingForPause))
    }

    func cancelPause() throws {
        try setStatus(.running)
        try log(LogEntry(.workflowRunning))
    }

    /// Pauses the instance: no timer of it fires.
    func pause() throws {
        try setStatus(.paused) { $0.pausedAt = $0.since }
        try log(LogEntry(.workflowPaused))
        try forgetAlarm()
    }

    /// Holds the instance, for a reason that its status tells.
    func hold(because reason: WorkflowError) throws {
        try pause()
        try setStatus(.paused) { $0.error = reason }
    }

    /// Queues a paused instance: every deadline moves by the time it was paused.
    func resume() throws {
        let moved = ctx.now - (try status()?.pausedAt ?? ctx.now)
        let waiting = try openTimers()
        try rows.clear(JournalKeys.timers)
        for (key, stored) in waiting {
            var record = stored
            record.deadline = (record.deadline ?? 0) + moved
            try save(record, key)
            try addToIndices(record, key)
            try deliverKept(to: &record, key)
        }
        if let due = try deadline() { try rows.put(JournalKeys.deadline, due + moved) }
        try setStatus(.queued) { status in
            status.pausedAt = nil
            status.error = nil
            status.isWoken = false
        }
        try log(LogEntry(.workflowQueued))
        try wakeNow()
    }

    // MARK: Restart

    /// Forgets what happened and queues the instance: all of it, or from a step on.
    func restart(from point: RestartPoint?) throws {
        guard let point else {
            for prefix in [JournalKeys.steps, JournalKeys.undoable] { try rows.clear(prefix) }
            try clearLog()
            return try beginAnew()
        }
        let steps = try allSteps()
        let candidates = steps.filter { point.names($0.key) }
        guard point.count >= 1, point.count <= candidates.count else {
            throw WorkflowError.cannotRestart(from: point.name)
        }
        let first = candidates[point.count - 1].record.start
        for (key, record) in steps where record.start >= first {
            try rows.remove(key.row)
            if record.hasRollback == true { try rows.remove(JournalKeys.undoable(record.start)) }
            try rows.clear(JournalKeys.pieces(key))
        }
        let kept = steps.filter { $0.record.start < first }
        try keepLog(of: Set(kept.map(\.key)))
        try beginAnew(keeping: kept, hasStarted: true)
    }

    private func beginAnew(
        keeping steps: [(key: StepKey, record: StepRecord)] = [],
        hasStarted: Bool = false
    ) throws {
        for prefix in [
            JournalKeys.rollbacks, JournalKeys.timers, JournalKeys.waiters, JournalKeys.events, JournalKeys.states,
        ] { try rows.clear(prefix) }
        if steps.isEmpty { try rows.clear(JournalKeys.streams) }
        try rows.delete(JournalKeys.notice)
        for (key, record) in steps where record.state == .open { try addToIndices(record, key) }
        var counters = try counters()
        let record = try instance()
        try setDeadline(record)
        counters.bytes = steps.reduce(record?.params.count ?? 0) {
            $0 + ($1.record.value?.count ?? 0) + ($1.record.stream?.bytes ?? 0)
        }
        try save(counters)
        try save(StatusRecord(status: .queued, since: ctx.now, hasStarted: hasStarted))
        try log(LogEntry(.workflowQueued))
        try wakeNow()
    }
}
