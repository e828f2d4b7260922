internal import DurableActors

/// The transitions of `do` steps and of recorded facts.
extension Journal {
    /// Opens a step with the configuration it will keep.
    func open(_ config: FrozenConfig, hasRollback: Bool, isNested: Bool) throws -> StepRecord {
        var record = StepRecord(start: try takePlace())
        record.config = config
        if hasRollback { record.hasRollback = true }
        if isNested { record.isNested = true }
        return record
    }

    /// Closes what a dead lifetime left of a step: an open attempt is spent, and the next may begin at once.
    ///
    /// After too many in a row the step fails instead.
    func closeCutAttempt(_ record: inout StepRecord, _ key: StepKey, _ limits: WorkflowLimits) throws {
        if record.isDelayPending == true {
            record.isDelayPending = nil
            try save(record, key)
            let delay = record.duration
            try log(
                LogEntry(.attemptErrored, key, attempt: record.attempts, error: record.error, milliseconds: delay)
            )
        }
        guard record.isInAttempt else { return }
        record.crashes += 1
        guard record.crashes >= limits.crashesPerStep else { return try spendAttempt(&record, key) }
        try dropPieces(key)
        let cut = LogEntry(.attemptErrored, key, attempt: record.attempts, error: .internalFailure)
        try close(&record, key, .failed, error: .internalFailure)
        try log(cut, LogEntry(.stepErrored, key, error: .internalFailure))
    }

    /// Closes an attempt that was cut: it is spent, and the next may begin at once.
    func spendAttempt(_ record: inout StepRecord, _ key: StepKey) throws {
        record.isInAttempt = false
        try dropPieces(key)
        try save(record, key)
        try log(LogEntry(.attemptErrored, key, attempt: record.attempts, error: .internalFailure))
    }

    /// Removes what an attempt has stored of a stream, which then counts no more.
    private func dropPieces(_ key: StepKey) throws {
        let pieces = try rows.list(ListOptions(prefix: JournalKeys.pieces(key)), as: NoValue.self).keys
        guard let last = pieces.last else { return }
        var counters = try counters()
        // All but the last are of one size.
        counters.bytes -= (pieces.count - 1) * WorkflowLimits.storedPieceBytes
        counters.bytes -= try rows.get(last, as: [UInt8].self)?.count ?? 0
        try save(counters)
        for piece in pieces { try rows.delete(piece) }
    }

    /// Records that an attempt begins; written before its closure is called, so that it is durable with all it does.
    func beginAttempt(_ record: inout StepRecord, _ key: StepKey) throws {
        try dropTimer(&record, key)
        record.attempts += 1
        record.isInAttempt = true
        try save(record, key)
        let attempt = LogEntry(.attemptStarted, key, attempt: record.attempts)
        if record.attempts == 1, record.hasRollback == true {
            try rows.write(JournalKeys.undoable(record.start), key)
        }
        if record.attempts == 1 { try log(LogEntry(.stepStarted, key), attempt) } else { try log(attempt) }
    }

    func complete(_ record: inout StepRecord, _ key: StepKey, _ value: [UInt8]?, _ stream: StreamRecord?) throws {
        record.value = value
        record.stream = stream
        record.error = nil
        try close(&record, key, .done)
        try log(LogEntry(.attemptCompleted, key, attempt: record.attempts), LogEntry(.stepCompleted, key))
    }

    /// Ends an attempt with an error: the step fails, or waits for its next attempt until the time returned.
    ///
    /// Where a function is to be asked for the delay, the default stands in for it until `setDelay`.
    func failAttempt(
        _ record: inout StepRecord,
        _ key: StepKey,
        _ error: WorkflowError,
        isFinal: Bool,
        _ limits: WorkflowLimits
    ) throws -> Int64? {
        var failed = LogEntry(.attemptErrored, key, attempt: record.attempts, error: error)
        try dropPieces(key)
        guard !isFinal, let config = record.config, record.attempts <= config.limit else {
            try close(&record, key, .failed, error: error)
            try log(failed, LogEntry(.stepErrored, key, error: error))
            return nil
        }
        record.isInAttempt = false
        record.crashes = 0
        record.error = error
        let delay = config.delay(afterAttempts: record.attempts, base: config.delay ?? limits.retryDelayMilliseconds)
        record.isDelayPending = config.delay == nil ? true : nil
        try retry(&record, key, after: delay)
        failed.milliseconds = delay
        if config.delay != nil { try log(failed) }
        return delay
    }

    /// Puts the delay that a function gave in the place of the default.
    func setDelay(_ record: inout StepRecord, _ key: StepKey, _ delay: Int64) throws {
        try dropTimer(&record, key)
        record.isDelayPending = nil
        try retry(&record, key, after: delay)
        try log(LogEntry(.attemptErrored, key, attempt: record.attempts, error: record.error, milliseconds: delay))
    }

    /// Fails a step whose delay could not be had.
    func failDelay(_ record: inout StepRecord, _ key: StepKey, _ error: WorkflowError) throws {
        let entry = LogEntry(.attemptErrored, key, attempt: record.attempts, error: record.error)
        record.isDelayPending = nil
        try dropTimer(&record, key)
        try close(&record, key, .failed, error: error)
        try log(entry, LogEntry(.stepErrored, key, error: error))
    }

    private func retry(_ record: inout StepRecord, _ key: StepKey, after delay: Int64) throws {
        record.duration = delay
        record.deadline = ctx.now + delay
        try save(record, key)
        try addTimer(record, key)
    }

    private func close(
        _ record: inout StepRecord,
        _ key: StepKey,
        _ state: StepRecord.State,
        error: WorkflowError? = nil
    ) throws {
        record.isInAttempt = false
        record.crashes = 0
        record.state = state
        if let error { record.error = error }
        record.end = try takePlace()
        try save(record, key)
    }

    /// Records which branch of a race has won.
    func recordRace(_ key: StepKey, _ config: FrozenConfig, _ winner: RaceRecord) throws {
        var record = StepRecord(start: try takePlace())
        record.config = config
        record.state = .done
        record.end = record.start
        record.value = try ValueCodec.encode(winner)
        try save(record, key)
        try log(LogEntry(.stepStarted, key), LogEntry(.stepCompleted, key))
    }

    /// The recorded outcome of that key, or a new one.
    func fact(_ key: StepKey, _ make: () throws -> [UInt8]) throws -> [UInt8] {
        if let known = try step(key)?.value { return known }
        let value = try make()
        var record = StepRecord(start: try takePlace())
        record.end = record.start
        record.state = .done
        record.value = value
        try save(record, key)
        return value
    }

    /// Publishes a value, unless a later call of its name did so in a life before.
    func publish(_ name: String, _ count: Int, _ value: [UInt8]) throws {
        let row = JournalKeys.states + name
        if let known = try rows.get(row, as: PublishedRecord.self), known.count >= count { return }
        try rows.put(row, PublishedRecord(count: count, value: value))
    }
}
