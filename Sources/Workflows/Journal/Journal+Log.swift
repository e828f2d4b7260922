internal import DurableActors

/// One entry of an instance's log as it is stored: outputs and parameters are looked up when it is read.
struct LogEntry: Sendable {
    let name: WorkflowInstanceEvent.Name
    var number: Int64 = 0
    var time: Int64 = 0
    var step: StepKey?
    var attempt: Int?
    var error: WorkflowError?
    /// A sleep's length or a retry's delay, in milliseconds.
    var milliseconds: Int64?
    var eventType: String?

    init(
        _ name: WorkflowInstanceEvent.Name,
        _ step: StepKey? = nil,
        attempt: Int? = nil,
        error: WorkflowError? = nil,
        milliseconds: Int64? = nil,
        eventType: String? = nil
    ) {
        self.name = name
        self.step = step
        self.attempt = attempt
        self.error = error
        self.milliseconds = milliseconds
        self.eventType = eventType
    }
}

/// What happened, in order, once each: written in the transition that it tells of.
extension Journal {
    /// Logs what has happened.
    func log(_ entry: LogEntry) throws {
        if !memory.late.hasCounters { _ = try counters() }
        memory.late.log(entry, ctx.now)
        try writeLate()
        memory.wakeReaders()
    }

    /// Logs what has happened, and what has happened with it.
    func log(_ first: LogEntry, _ second: LogEntry) throws {
        if !memory.late.hasCounters { _ = try counters() }
        let now = ctx.now
        memory.late.log(first, now)
        memory.late.log(second, now)
        try writeLate()
        memory.wakeReaders()
    }

    /// Logs two things that have happened to a step at once, each with the attempt it is about.
    func log(
        _ first: WorkflowInstanceEvent.Name,
        _ firstAttempt: Int?,
        _ second: WorkflowInstanceEvent.Name,
        _ secondAttempt: Int?,
        of key: StepKey
    ) throws {
        if !memory.late.hasCounters { _ = try counters() }
        memory.late.log(first, firstAttempt, second, secondAttempt, of: key, ctx.now)
        try writeLate()
        memory.wakeReaders()
    }

    /// Removes what is logged.
    func clearLog() throws {
        try rows.clear(JournalKeys.logs)
        memory.late.endRow()
    }

    /// Keeps of the log what is of those steps, and that the instance was queued and started.
    func keepLog(of steps: Set<StepKey>) throws {
        var changed: [(key: [UInt8], row: LogRow)] = []
        try rows.scan(JournalKeys.logs, as: LogRow.self) { number, row in
            let kept = row.entries.filter { entry in
                guard let step = entry.step else { return [.workflowQueued, .workflowStarted].contains(entry.name) }
                return steps.contains(step) && !entry.name.isOfRollback
            }
            if kept.count < row.entries.count { changed.append((Array(JournalKeys.logs.utf8) + number, LogRow(kept))) }
            return true
        }
        memory.late.endRow()
        for (key, row) in changed {
            if row.entries.isEmpty { try rows.remove(key) } else { try rows.write(key, row) }
        }
    }

    /// The entries with numbers above the cursor, so many rows of them at most.
    func entries(after cursor: Int64, rows limit: Int) throws -> [WorkflowInstanceEvent] {
        // The row that holds the entry after the cursor may begin before it.
        let start = try rows.lastKey(JournalKeys.logs, before: JournalKeys.log(max(cursor, 0)) + [0]) ?? []
        var (found, left) = ([LogEntry](), limit)
        try rows.scan(JournalKeys.logs, as: LogRow.self, from: start) { _, row in
            found += row.entries.filter { $0.number > cursor }
            left -= 1
            return left > 0
        }
        return try found.map { try event($0) }
    }

    private func event(_ entry: LogEntry) throws -> WorkflowInstanceEvent {
        var details = JSONObject()
        let key = entry.step
        details["stepName"] = key.map { .string($0.label) }
        details["attempt"] = entry.attempt.map { .integer(Int64($0)) }
        details["error"] = entry.error.map { ["name": .string($0.name), "message": .string($0.message)] }
        details["eventType"] = entry.eventType.map { .string($0) }
        switch entry.name {
        case .workflowStarted: details["params"] = try instance().map { Self.json($0.params) }
        case .workflowCompleted: details["output"] = try status()?.output.map(Self.json)
        case .stepStarted: details["config"] = try key.flatMap { try step($0)?.config?.json }
        case .stepCompleted: details["output"] = try key.flatMap { try step($0) }.map { try preview($0, key) }
        case .sleepStarted: details["durationMs"] = entry.milliseconds.map { .integer($0) }
        case .attemptErrored, .rollbackAttemptErrored:
            details["retryDelayMs"] = entry.milliseconds.map { .integer($0) }
        default: break
        }
        return WorkflowInstanceEvent(
            eventId: entry.number,
            name: entry.name,
            timestamp: entry.time,
            details: .object(details)
        )
    }

    /// What a step gave, as logs show it.
    func preview(_ record: StepRecord, _ key: StepKey?) throws -> JSONValue {
        if record.config?.isSensitive == true { return "[REDACTED]" }
        guard let stream = record.stream else { return record.value.map(Self.json) ?? nil }
        let first = try key.flatMap { try rows.get(JournalKeys.piece($0, 0), as: [UInt8].self) } ?? []
        return .string(StreamPreview.text(of: first, total: stream.bytes))
    }

    static func json(_ bytes: [UInt8]) -> JSONValue {
        // Silence is right: a log shows what can be shown.
        (try? ValueCodec.decode(JSONValue.self, from: bytes)) ?? nil
    }
}
