internal import Distributed
public import DurableActors

extension Agent {
    /// Has a method called later: once, after seconds or at a time, or at the times of a cron expression in UTC.
    ///
    /// The method is one of `callbacks` or `callables`; it is given the payload, and the row as a second argument. It may run
    /// up to a second early, runs at least once, and again after a crash. An equal cron schedule is made once, others only
    /// with `idempotent`: then the one that is there is returned as it is. Throws for a method that is not listed, options
    /// that make no sense and a cron expression that is none. Durability: with the turn's other writes.
    public func schedule(
        _ when: ScheduleTime,
        _ callback: String,
        _ payload: (some Encodable & Sendable)? = JSONValue?.none,
        retry: RetryOptions? = nil,
        idempotent: Bool? = nil
    ) async throws -> Schedule {
        try checkCallback(callback, retry)
        let now = ctx.now
        var row = try makeRow(callback, payload, retry, .delayed, time: now / 1000)
        let isOnce: Bool
        switch when {
        case .date(let milliseconds):
            row.type = .scheduled
            row.time = Self.seconds(milliseconds)
            isOnce = true
        case .delay(let seconds):
            row.delayInSeconds = seconds
            row.time = Self.seconds(now + Int64(clamping: seconds * 1000))
            isOnce = true
        case .cron(let expression):
            row.type = .cron
            row.cron = expression
            row.time = try CronTime.next(expression, after: now)
            isOnce = false
        }
        if isOnce, idempotent == nil { warnOfRepetition(callback) }
        return try keep(row, isIdempotent: idempotent ?? !isOnce)
    }

    /// Has a method called again and again, each time so many seconds after the last run has ended.
    ///
    /// An equal one is made once, unless `idempotent` is false. Throws for an interval of 0 or less or of over 30 days, and
    /// as `schedule`.
    public func scheduleEvery(
        _ intervalSeconds: Double,
        _ callback: String,
        _ payload: (some Encodable & Sendable)? = JSONValue?.none,
        retry: RetryOptions? = nil,
        idempotent: Bool = true
    ) async throws -> Schedule {
        guard intervalSeconds > 0 else {
            throw DurableObjectError(.invalidArgument, "intervalSeconds must be a positive number")
        }
        guard intervalSeconds <= 2_592_000 else {
            throw DurableObjectError(
                .invalidArgument,
                "intervalSeconds cannot exceed 2592000 seconds (30 days)"
            )
        }
        try checkCallback(callback, retry)
        let time = Self.seconds(ctx.now + Int64(intervalSeconds * 1000))
        var row = try makeRow(callback, payload, retry, .interval, time: time)
        row.intervalSeconds = intervalSeconds
        return try keep(row, isIdempotent: idempotent)
    }

    /// The schedule with an id; nil when there is none.
    public func getSchedule(_ id: String) throws -> Schedule? { try getSchedules(ScheduleCriteria(id: id)).first }

    /// The schedules that meet all criteria, the oldest first.
    public func getSchedules(_ criteria: ScheduleCriteria = ScheduleCriteria()) throws -> [Schedule] {
        try prepareTables()
        let (start, end) = (criteria.timeRange.start.map(Self.seconds), criteria.timeRange.end.map(Self.seconds))
        return try sql(
            """
            SELECT * FROM cf_agents_schedules WHERE (\(criteria.id) IS NULL OR id = \(criteria.id)) \
            AND (\(criteria.type?.rawValue) IS NULL OR type = \(criteria.type?.rawValue)) \
            AND (\(start) IS NULL OR time >= \(start)) AND (\(end) IS NULL OR time <= \(end)) ORDER BY rowid
            """,
            as: ScheduleRow.self
        ).map { try $0.schedule() }
    }

    /// Removes a schedule; false when there is none with this id.
    @discardableResult
    public func cancelSchedule(_ id: String) async throws -> Bool {
        guard let schedule = try getSchedule(id) else { return false }
        emit("schedule:cancel", ["callback": .string(schedule.callback), "id": .string(id)])
        try remove(schedule: id)
        try setNextAlarm()
        return true
    }

    // MARK: - Rows

    static func seconds(_ milliseconds: Int64) -> Int64 {
        milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    }

    /// The method of a name that schedules and the queue may call.
    func callback(_ name: String) -> Callable<Self>? { core.callbacks[name] ?? core.callables[name] }

    func checkCallback(_ name: String, _ retry: RetryOptions?) throws {
        guard callback(name) != nil else { throw DurableObjectError.typeError("this.\(name) is not a function") }
        _ = try RetryPolicy(retry, defaults: Self.options.retry)
    }

    private func makeRow(
        _ callback: String,
        _ payload: (some Encodable)?,
        _ retry: RetryOptions?,
        _ type: Schedule.Kind,
        time: Int64
    ) throws -> ScheduleRow {
        ScheduleRow(
            id: ctx.random.token(9),
            callback: callback,
            payload: try payload.map { try JSON.stringify($0) },
            type: type,
            time: time,
            running: 0,
            created_at: ctx.now / 1000,
            retry_options: try retry.map { try JSON.stringify($0) }
        )
    }

    /// Keeps a row, or finds the equal one that is there; the alarm is set either way, which repairs a lost one.
    private func keep(_ row: ScheduleRow, isIdempotent: Bool) throws -> Schedule {
        try prepareTables()
        if isIdempotent, let known = try equal(row) {
            try setNextAlarm()
            return try known.schedule()
        }
        try sql(
            """
            INSERT INTO cf_agents_schedules (id, callback, payload, type, time, delayInSeconds, cron, intervalSeconds, \
            running, created_at, retry_options) VALUES (\(row.id), \(row.callback), \(row.payload), \
            \(row.type.rawValue), \(row.time), \(row.delayInSeconds), \(row.cron), \(row.intervalSeconds), 0, \
            \(row.created_at), \(row.retry_options))
            """
        )
        try setNextAlarm()
        emit("schedule:create", row.event)
        return try row.schedule()
    }

    /// A row of this kind with the same callback and payload, and the same expression or interval.
    private func equal(_ row: ScheduleRow) throws -> ScheduleRow? {
        try sql(
            """
            SELECT * FROM cf_agents_schedules WHERE type = \(row.type.rawValue) AND callback = \(row.callback) \
            AND payload IS \(row.payload) AND cron IS \(row.cron) AND intervalSeconds IS \(row.intervalSeconds) \
            AND owner_path_key IS NULL ORDER BY rowid LIMIT 1
            """,
            as: ScheduleRow.self
        ).first
    }

    func remove(schedule id: String) throws { try sql("DELETE FROM cf_agents_schedules WHERE id = \(id)") }

    /// One schedule more for each start is rarely meant.
    private func warnOfRepetition(_ callback: String) {
        guard core.isInOnStart, core.warnedCallbacks.insert(callback).inserted else { return }
        log.notice(
            """
            schedule("\(callback)") was called in onStart() without idempotent: every start of the agent makes another \
            row. Pass idempotent: true to make it once, or false to say that this is meant.
            """
        )
    }
}

extension ScheduleRow {
    /// What is told of the row.
    var event: JSONObject { ["callback": .string(callback), "id": .string(id)] }
}

extension Int64 {
    /// The nearest whole number that there is.
    init(clamping value: Double) {
        self = Int64(exactly: value.rounded(.down)) ?? (value > 0 ? .max / 4 : value < 0 ? .min / 4 : 0)
    }
}
