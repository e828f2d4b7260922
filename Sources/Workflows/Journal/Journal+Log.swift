internal import DurableActors

/// One entry of an instance's log as it is stored: outputs and parameters are looked up when it is read.
struct LogEntry: Codable, Sendable {
    let name: WorkflowInstanceEvent.Name
    var number: Int64 = 0
    var time: Int64 = 0
    var step: String?
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
        self.step = step?.text
        self.attempt = attempt
        self.error = error
        self.milliseconds = milliseconds
        self.eventType = eventType
    }
}

/// What happened, in order, once each: written in the transition that it tells of.
extension Journal {
    func log(_ entries: LogEntry...) throws {
        var counters = try counters()
        let first = counters.logs + 1
        counters.logs += Int64(entries.count)
        try save(counters)
        let now = ctx.now
        let stamped = entries.enumerated().map { offset, entry in
            var entry = entry
            entry.number = first + Int64(offset)
            entry.time = now
            return entry
        }
        try rows.put(JournalKeys.log(first), stamped)
        memory.wakeReaders()
    }

    /// The entries with numbers above the cursor, so many rows of them at most.
    func entries(after cursor: Int64, rows limit: Int) throws -> [WorkflowInstanceEvent] {
        // The row that holds the entry after the cursor may begin before it.
        let from = ListOptions(
            end: JournalKeys.log(max(cursor, 0)) + "0",
            prefix: JournalKeys.logs,
            reverse: true,
            limit: 1
        )
        let start = try rows.list(from, as: NoValue.self).keys.first ?? JournalKeys.logs
        var found: [WorkflowInstanceEvent] = []
        let page = ListOptions(start: start, prefix: JournalKeys.logs, limit: limit)
        for entries in try rows.list(page, as: [LogEntry].self).values {
            for entry in entries where entry.number > cursor { found.append(try event(entry)) }
        }
        return found
    }

    private func event(_ entry: LogEntry) throws -> WorkflowInstanceEvent {
        var details = JSONObject()
        let key = entry.step.flatMap { StepKey(text: $0[...]) }
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
