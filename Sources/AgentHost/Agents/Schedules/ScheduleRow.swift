internal import DurableActors

/// A row of the table of schedules.
struct ScheduleRow: Sendable, Codable, Equatable {
    var id: String
    var callback: String
    var payload: String?
    var type: Schedule.Kind
    var time: Int64
    var delayInSeconds: Double?
    var cron: String?
    var intervalSeconds: Double?
    var running: Int64?
    var created_at: Int64?
    var execution_started_at: Int64?
    var retry_options: String?

    /// Whether an interval's run has been going on for so long that it is taken for lost, `now` in seconds.
    func isHung(now: Int64, timeout: Int64) -> Bool { now - (execution_started_at ?? 0) >= timeout }

    /// Whether an interval's run is going on, as far as is known.
    var isRunning: Bool { type == .interval && running == 1 }

    var isRepeated: Bool { type == .cron || type == .interval }

    func schedule() throws -> Schedule {
        Schedule(
            id: id,
            callback: callback,
            payload: try payload.map { try JSON.parse($0) } ?? .null,
            retry: try retry(),
            type: type,
            time: time,
            delayInSeconds: type == .delayed ? delayInSeconds : nil,
            cron: type == .cron ? cron : nil,
            intervalSeconds: type == .interval ? intervalSeconds : nil
        )
    }

    func retry() throws -> RetryOptions? { try retry_options.map { try JSON.parse($0).decode(RetryOptions.self) } }
}

/// When an agent's alarm has to ring.
struct AlarmPlan {
    /// In milliseconds since 1970.
    let now: Int64
    let hungSeconds: Int64
    /// How soon it rings while something keeps the agent alive; nil while nothing does.
    let keepAliveMs: Int64?

    /// The earliest time, in milliseconds since 1970, at which one of the rows or a lease wants it; nil for never.
    func next(_ rows: [ScheduleRow]) -> Int64? {
        var times = rows.map { row in
            if row.isRunning, !row.isHung(now: now / 1000, timeout: hungSeconds) {
                return max(((row.execution_started_at ?? 0) + hungSeconds) * 1000, now + 1)
            }
            return max(row.time * 1000, now + 1)
        }
        if let keepAliveMs { times.append(now + keepAliveMs) }
        return times.min()
    }
}
