internal import Distributed
public import DurableActors

/// The one alarm without a name, which rings for schedules and for what keeps the agent alive.
extension Agent {
    /// The default of `AlarmHandler`: `defaultAlarm`.
    public func alarm(_ info: AlarmInfo) async throws { try await defaultAlarm(info) }

    /// Runs the schedules that are due, one after the other, and sets the alarm anew.
    ///
    /// A class that has alarms with names handles those in its own `alarm` and leaves the one without a name to this.
    public func defaultAlarm(_ info: AlarmInfo) async throws {
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
        // The first that waits, and of those that are due the intervals that run: few rows of however many there are.
        let rows = try sql(
            """
            SELECT * FROM cf_agents_schedules WHERE time <= \(ctx.now / 1000) AND type = 'interval' AND running = 1 \
            UNION ALL SELECT * FROM (SELECT * FROM cf_agents_schedules WHERE type <> 'interval' OR running IS NOT 1 \
            ORDER BY time LIMIT 1)
            """,
            as: ScheduleRow.self
        )
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
        // A passing trouble of the runtime is the alarm's: it rings again, and the row is still there.
        try await perform(row, as: "schedule") { !row.isRepeated && ($0 as? DurableObjectError)?.retryable == true }
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
