extension CounterRecord: CompactRow {
    func write(to row: inout RowWriter) {
        row.append(steps)
        row.append(events)
        row.append(logs)
        row.append(Int64(bytes))
    }

    init(from row: inout RowReader) throws {
        steps = try row.number()
        events = try row.number()
        logs = try row.signed()
        bytes = Int(try row.signed())
    }
}

extension StepRecord: CompactRow {
    /// The places are on disk.
    private static let states: [State] = [.open, .done, .failed]

    func write(to row: inout RowWriter) {
        row.append(start)
        row.append(state, of: Self.states)
        row.append(UInt64(attempts))
        row.append(isInAttempt)
        row.append(UInt64(crashes))
        row.append(end) { $0.append($1) }
        row.append(config) { $1.write(to: &$0) }
        row.append(value) { $0.append(counted: $1) }
        row.append(stream) { row, stream in
            row.append(UInt64(stream.pieces))
            row.append(UInt64(stream.bytes))
        }
        row.append(error) { $1.write(to: &$0) }
        row.append(deadline) { $0.append($1) }
        row.append(duration) { $0.append($1) }
        row.append(isDelayPending == true)
        row.append(eventType) { $0.append(counted: $1.utf8) }
        row.append(acceptedAt) { $0.append($1) }
        row.append(hasRollback == true)
        row.append(isNested == true)
    }

    init(from row: inout RowReader) throws {
        self.init(start: try row.number())
        state = try row.one(of: Self.states)
        attempts = try row.count()
        isInAttempt = try row.flag()
        crashes = try row.count()
        end = try row.optional { try $0.number() }
        config = try row.optional { try FrozenConfig(from: &$0) }
        value = try row.optional { try $0.counted() }
        stream = try row.optional { StreamRecord(pieces: try $0.count(), bytes: try $0.count()) }
        error = try row.optional { try WorkflowError(from: &$0) }
        deadline = try row.optional { try $0.signed() }
        duration = try row.optional { try $0.signed() }
        isDelayPending = try row.flag() ? true : nil
        eventType = try row.optional { try $0.text() }
        acceptedAt = try row.optional { try $0.signed() }
        hasRollback = try row.flag() ? true : nil
        isNested = try row.flag() ? true : nil
    }
}

extension FrozenConfig: CompactRow {
    /// The places are on disk.
    private static let backoffs: [StepConfig.Backoff] = [.constant, .linear, .exponential]

    func write(to row: inout RowWriter) {
        row.append(UInt64(limit))
        row.append(delay) { $0.append($1) }
        row.append(backoff, of: Self.backoffs)
        row.append(timeout)
        row.append(isSensitive == true)
    }

    init(from row: inout RowReader) throws {
        limit = try row.count()
        delay = try row.optional { try $0.signed() }
        backoff = try row.one(of: Self.backoffs)
        timeout = try row.signed()
        isSensitive = try row.flag() ? true : nil
    }
}

extension WorkflowError: CompactRow {
    func write(to row: inout RowWriter) {
        row.append(counted: name.utf8)
        row.append(counted: message.utf8)
    }

    init(from row: inout RowReader) throws {
        self.init(name: try row.text(), try row.text())
    }
}

extension StepKey: CompactRow {
    func write(to row: inout RowWriter) { row.append(counted: bytes) }

    init(from row: inout RowReader) throws {
        guard let key = StepKey(bytes: try row.counted()) else { throw RowReader.malformed }
        self = key
    }
}

/// The entries of the log that one batch has written.
struct LogRow: CompactRow {
    /// The places are on disk.
    private static let names: [WorkflowInstanceEvent.Name] = [
        .workflowQueued, .workflowStarted, .workflowRunning, .workflowWaiting, .workflowWaitingForPause,
        .workflowPaused, .workflowCompleted, .workflowErrored, .workflowTerminated, .stepStarted, .stepCompleted,
        .stepErrored, .attemptStarted, .attemptCompleted, .attemptErrored, .sleepStarted, .sleepCompleted,
        .waitStarted, .waitCompleted, .waitTimedOut, .rollbackStarted, .rollbackStepStarted, .rollbackStepCompleted,
        .rollbackStepErrored, .rollbackAttemptStarted, .rollbackAttemptCompleted, .rollbackAttemptErrored,
        .rollbackCompleted, .rollbackErrored,
    ]

    var entries: [LogEntry]

    init(_ entries: [LogEntry]) { self.entries = entries }

    /// Numbers and times are written as differences, a step that is that of the entry before as a flag.
    func write(to row: inout RowWriter) {
        var last = LogEntry(.workflowQueued)
        for entry in entries {
            row.append(entry.name, of: Self.names)
            row.append(entry.number &- last.number)
            row.append(entry.time &- last.time)
            row.append(entry.step == last.step)
            if entry.step != last.step { row.append(entry.step) { $1.write(to: &$0) } }
            row.append(entry.attempt) { $0.append(UInt64($1)) }
            row.append(entry.error) { $1.write(to: &$0) }
            row.append(entry.milliseconds) { $0.append($1) }
            row.append(entry.eventType) { $0.append(counted: $1.utf8) }
            last = entry
        }
    }

    init(from row: inout RowReader) throws {
        entries = []
        var last = LogEntry(.workflowQueued)
        while !row.isAtEnd {
            var entry = LogEntry(try row.one(of: Self.names))
            entry.number = last.number &+ (try row.signed())
            entry.time = last.time &+ (try row.signed())
            entry.step = try row.flag() ? last.step : row.optional { try StepKey(from: &$0) }
            entry.attempt = try row.optional { try $0.count() }
            entry.error = try row.optional { try WorkflowError(from: &$0) }
            entry.milliseconds = try row.optional { try $0.signed() }
            entry.eventType = try row.optional { try $0.text() }
            entries.append(entry)
            last = entry
        }
    }
}
