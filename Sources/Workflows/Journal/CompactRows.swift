extension CounterRecord: CompactRow {
    func write(to row: inout RowWriter) {
        row.append(atMost: 40) { row in
            row.append(number: steps)
            row.append(number: events)
            row.append(signed: logs)
            row.append(signed: Int64(bytes))
        }
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

    /// The place of a state.
    private var place: UInt64 {
        switch state {
        case .open: 0
        case .done: 1
        case .failed: 2
        }
    }

    func write(to row: inout RowWriter) {
        row.append(atMost: 87) { row in
            row.append(number: start)
            row.append(number: place)
            row.append(number: UInt64(attempts))
            row.append(flag: isInAttempt)
            row.append(number: UInt64(crashes))
            row.append(flag: end != nil)
            if let end { row.append(number: end) }
            row.append(flag: config != nil)
            config?.write(to: &row)
            row.append(flag: value != nil)
        }
        if let value { row.append(counted: value) }
        row.append(stream) { row, stream in
            row.append(UInt64(stream.pieces))
            row.append(UInt64(stream.bytes))
        }
        row.append(error) { $1.write(to: &$0) }
        row.append(atMost: 24) { row in
            row.append(flag: deadline != nil)
            if let deadline { row.append(signed: deadline) }
            row.append(flag: duration != nil)
            if let duration { row.append(signed: duration) }
            row.append(flag: isDelayPending == true)
        }
        row.append(eventType) { $0.append(counted: $1.utf8) }
        row.append(atMost: 13) { row in
            row.append(flag: acceptedAt != nil)
            if let acceptedAt { row.append(signed: acceptedAt) }
            row.append(flag: hasRollback == true)
            row.append(flag: isNested == true)
        }
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

    /// The place of a backoff.
    private var place: UInt64 {
        switch backoff {
        case .constant: 0
        case .linear: 1
        case .exponential: 2
        }
    }

    func write(to row: inout RowWriter) { row.append(atMost: 42) { write(to: &$0) } }

    /// At most 42 bytes.
    func write(to row: inout OutputSpan<UInt8>) {
        row.append(number: UInt64(limit))
        row.append(flag: delay != nil)
        if let delay { row.append(signed: delay) }
        row.append(number: place)
        row.append(signed: timeout)
        row.append(flag: isSensitive == true)
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

extension StatusRecord: CompactRow {
    /// The places are on disk.
    private static let statuses: [InstanceStatus.Status] = [
        .queued, .running, .paused, .errored, .terminated, .complete, .waitingForPause, .waiting, .unknown,
    ]
    private static let outcomes: [InstanceStatus.Rollback.Outcome] = [.complete, .failed]

    func write(to row: inout RowWriter) {
        row.append(status, of: Self.statuses)
        row.append(since)
        row.append(output) { $0.append(counted: $1) }
        row.append(error) { $1.write(to: &$0) }
        row.append(pausedAt) { $0.append($1) }
        row.append(hasStarted)
        row.append(isWoken)
        row.append(trigger) { row, trigger in
            trigger.error.write(to: &row)
            row.append(trigger.ending, of: Self.statuses)
        }
        row.append(rollback) { row, rollback in
            row.append(rollback.outcome, of: Self.outcomes)
            row.append(rollback.error) { $1.write(to: &$0) }
        }
    }

    init(from row: inout RowReader) throws {
        self.init(status: try row.one(of: Self.statuses), since: try row.signed())
        output = try row.optional { try $0.counted() }
        error = try row.optional { try WorkflowError(from: &$0) }
        pausedAt = try row.optional { try $0.signed() }
        hasStarted = try row.flag()
        isWoken = try row.flag()
        trigger = try row.optional { row in
            RollbackTrigger(error: try WorkflowError(from: &row), ending: try row.one(of: Self.statuses))
        }
        rollback = try row.optional { row in
            InstanceStatus.Rollback(
                outcome: try row.one(of: Self.outcomes),
                error: try row.optional { try WorkflowError(from: &$0) }
            )
        }
    }
}
