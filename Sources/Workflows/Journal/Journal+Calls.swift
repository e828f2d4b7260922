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
    func closeCutAttempt(_ step: StepRow, _ limits: WorkflowLimits) throws {
        let key = step.key
        if step.record.isDelayPending == true {
            step.record.isDelayPending = nil
            try save(step)
            let record = step.record
            try log(
                LogEntry(
                    .attemptErrored,
                    key,
                    attempt: record.attempts,
                    error: record.error,
                    milliseconds: record.duration
                )
            )
        }
        guard step.record.isInAttempt else { return }
        step.record.crashes += 1
        guard step.record.crashes >= limits.crashesPerStep else { return try spendAttempt(step) }
        try dropPieces(key)
        let cut = LogEntry(.attemptErrored, key, attempt: step.record.attempts, error: .internalFailure)
        try close(step, .failed, error: .internalFailure)
        try log(cut, LogEntry(.stepErrored, key, error: .internalFailure))
    }

    /// Closes an attempt that was cut: it is spent, and the next may begin at once.
    func spendAttempt(_ step: StepRow) throws {
        step.record.isInAttempt = false
        try dropPieces(step.key)
        try save(step)
        try log(LogEntry(.attemptErrored, step.key, attempt: step.record.attempts, error: .internalFailure))
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
    func beginAttempt(_ step: StepRow) throws {
        let key = step.key
        if step.record.deadline != nil { try dropTimer(&step.record, key) }
        step.record.attempts += 1
        step.record.isInAttempt = true
        let attempts = step.record.attempts
        try keep(step)
        if attempts == 1 {
            if step.record.hasRollback == true {
                try rows.write(JournalKeys.undoable(step.record.start), key)
            }
            try log(.stepStarted, nil, .attemptStarted, 1, of: key)
        } else {
            try log(LogEntry(.attemptStarted, key, attempt: attempts))
        }
    }

    func complete(_ step: StepRow, _ value: [UInt8]?, _ stream: StreamRecord?) throws {
        step.record.value = value
        step.record.stream = stream
        step.record.error = nil
        try close(step, .done)
        try log(.attemptCompleted, step.record.attempts, .stepCompleted, nil, of: step.key)
    }

    /// Ends an attempt with an error: the step fails, or waits for its next attempt until the time returned.
    ///
    /// Where a function is to be asked for the delay, the default stands in for it until `setDelay`.
    func failAttempt(
        _ step: StepRow,
        _ error: WorkflowError,
        isFinal: Bool,
        _ limits: WorkflowLimits
    ) throws -> Int64? {
        let (key, attempts) = (step.key, step.record.attempts)
        var failed = LogEntry(.attemptErrored, key, attempt: attempts, error: error)
        try dropPieces(key)
        guard !isFinal, let config = step.record.config, attempts <= config.limit else {
            try close(step, .failed, error: error)
            try log(failed, LogEntry(.stepErrored, key, error: error))
            return nil
        }
        step.record.isInAttempt = false
        step.record.crashes = 0
        step.record.error = error
        let delay = config.delay(afterAttempts: attempts, base: config.delay ?? limits.retryDelayMilliseconds)
        step.record.isDelayPending = config.delay == nil ? true : nil
        try retry(step, after: delay)
        failed.milliseconds = delay
        if config.delay != nil { try log(failed) }
        return delay
    }

    /// Puts the delay that a function gave in the place of the default.
    func setDelay(_ step: StepRow, _ delay: Int64) throws {
        try dropTimer(&step.record, step.key)
        step.record.isDelayPending = nil
        try retry(step, after: delay)
        let record = step.record
        try log(
            LogEntry(.attemptErrored, step.key, attempt: record.attempts, error: record.error, milliseconds: delay)
        )
    }

    /// Fails a step whose delay could not be had.
    func failDelay(_ step: StepRow, _ error: WorkflowError) throws {
        let entry = LogEntry(.attemptErrored, step.key, attempt: step.record.attempts, error: step.record.error)
        step.record.isDelayPending = nil
        try dropTimer(&step.record, step.key)
        try close(step, .failed, error: error)
        try log(entry, LogEntry(.stepErrored, step.key, error: error))
    }

    private func retry(_ step: StepRow, after delay: Int64) throws {
        step.record.duration = delay
        step.record.deadline = ctx.now + delay
        try save(step)
        try addTimer(step.record, step.key)
    }

    /// For a transition that also logs something.
    private func close(_ step: StepRow, _ state: StepRecord.State, error: WorkflowError? = nil) throws {
        let end = try nextPlace()
        step.record.isInAttempt = false
        step.record.crashes = 0
        step.record.state = state
        if let error { step.record.error = error }
        step.record.end = end
        try keep(step)
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
