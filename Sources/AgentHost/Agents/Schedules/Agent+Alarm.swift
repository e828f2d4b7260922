internal import Distributed
public import DurableActors

/// The one alarm without a name, which rings for schedules and for what keeps the agent alive.
extension Agent {
    /// The default of `AlarmHandler`: runs what is due, one after the other, and sets the alarm anew.
    public func alarm(_ info: AlarmInfo) async throws {
        if try isDestroyPending() { return try await destroy() }
        try await ensureStarted()
        let now = ctx.now / 1000
        let due = try sql(
            "SELECT * FROM cf_agents_schedules WHERE time <= \(now) ORDER BY rowid",
            as: ScheduleRow.self
        )
        warnOfDuplicates(due)
        for row in due {
            try await entering { try await run(row, now: now) }
            if core.isDestroyed { return }
        }
        try setNextAlarm()
    }

    /// Sets the alarm to the earliest time that anything wants it, or removes it.
    func setNextAlarm() throws {
        guard !core.isDestroyed else { return }
        let rows = try sql("SELECT * FROM cf_agents_schedules", as: ScheduleRow.self)
        let plan = AlarmPlan(
            now: ctx.now,
            hungSeconds: Self.options.hungScheduleTimeoutSeconds,
            keepAliveMs: core.leases.isEmpty ? nil : Self.options.keepAliveIntervalMs
        )
        if let next = plan.next(rows) {
            try ctx.incarnation.setAlarm(named: [], next, confirmed: true)
        } else {
            try ctx.incarnation.deleteAlarm(named: [], confirmed: true)
        }
    }

    private func run(_ row: ScheduleRow, now: Int64) async throws {
        if row.type == .interval {
            if row.isRunning {
                guard row.isHung(now: now, timeout: Self.options.hungScheduleTimeoutSeconds) else {
                    return log.notice("Skipping interval schedule \(row.id): previous execution still running")
                }
                let age = now - (row.execution_started_at ?? 0)
                log.notice("Forcing reset of hung interval schedule \(row.id) (started \(age)s ago)")
            }
            try sql("UPDATE cf_agents_schedules SET running = 1, execution_started_at = \(now) WHERE id = \(row.id)")
        }
        if let callback = callback(row.callback) {
            try await execute(row, callback)
        } else {
            log.error("callback \(row.callback) not found")
        }
        guard !core.isDestroyed else { return }
        switch row.type {
        case .cron:
            let next = try CronTime.next(row.cron ?? "", after: ctx.now)
            try sql("UPDATE cf_agents_schedules SET time = \(next) WHERE id = \(row.id)")
        case .interval:
            let next = Self.seconds(ctx.now / 1000 * 1000 + Int64((row.intervalSeconds ?? 0) * 1000))
            try sql("UPDATE cf_agents_schedules SET running = 0, time = \(next) WHERE id = \(row.id)")
        case .scheduled, .delayed:
            try remove(schedule: row.id)
        }
    }

    /// Calls a row's method until it succeeds or may be tried no more; throws only what is to make the alarm ring again.
    private func execute(_ row: ScheduleRow, _ callback: Callable<Self>) async throws {
        let (arguments, policy): ([JSONValue], RetryPolicy)
        do {
            arguments = [try row.payload.map { try JSON.parse($0) } ?? .null, try JSONValue(encoding: row)]
            policy = try RetryPolicy(row.retry(), defaults: Self.options.retry)
        } catch {
            return await failed("schedule", row.event, error, attempts: 0)
        }
        emit("schedule:execute", row.event)
        do {
            try await attempt(callback, arguments, policy, "schedule", row.event)
        } catch {
            try ctx.incarnation.check()
            if !row.isRepeated, let known = error as? DurableObjectError, known.retryable { throw error }
            await failed("schedule", row.event, error, attempts: Int64(policy.maxAttempts))
        }
    }

    /// Calls a method for the alarm or the queue, as often as it may be tried.
    func attempt(
        _ callback: Callable<Self>,
        _ arguments: [JSONValue],
        _ policy: RetryPolicy,
        _ kind: String,
        _ event: JSONObject
    ) async throws {
        guard case .answering(let invoke) = callback.body else {
            throw DurableObjectError.typeError("\(callback.name) answers in pieces, which nobody would take here")
        }
        try await run(policy) { attempt in
            if attempt > 1 {
                var event = event
                event["attempt"] = .integer(Int64(attempt))
                event["maxAttempts"] = .integer(Int64(policy.maxAttempts))
                emit("\(kind):retry", event)
            }
            _ = try await invoke(self, arguments)
        }
    }

    /// Tells of something that was tried for the last time.
    func failed(_ kind: String, _ event: JSONObject, _ error: any Error, attempts: Int64) async {
        var event = event
        event["error"] = .string(String(describing: error))
        event["attempts"] = .integer(attempts)
        emit("\(kind):error", event)
        log.error("\(Self.className) \(name): \(event["callback"] ?? "") failed: \(error)")
        await report(error)
    }

    private func warnOfDuplicates(_ due: [ScheduleRow]) {
        for (callback, count) in Dictionary(grouping: due.filter { !$0.isRepeated }, by: \.callback)
            .mapValues(\.count) where count >= 10
        {
            log.notice("\(count) schedules of \(callback) are due at once: is it scheduled at every start?")
            emit(
                "schedule:duplicate_warning",
                ["callback": .string(callback), "count": .integer(Int64(count)), "type": "one-shot"]
            )
        }
    }
}
