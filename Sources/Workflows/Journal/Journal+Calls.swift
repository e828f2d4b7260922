internal import DurableActors

/// The transitions of `do` steps and of recorded facts.
extension Journal {
    /// Opens a step with the configuration it will keep.
    func open(_ config: FrozenConfig) throws -> StepRecord {
        var record = StepRecord(start: try takeStart())
        record.config = config
        return record
    }

    /// Closes an attempt that a dead lifetime left open: it is spent, and the next may begin at once.
    ///
    /// After too many in a row the step fails instead.
    func closeCutAttempt(_ record: inout StepRecord, _ key: StepKey, _ limits: WorkflowLimits) throws {
        guard record.isInAttempt else { return }
        record.isInAttempt = false
        record.crashes += 1
        if record.crashes >= limits.crashesPerStep {
            record.state = .failed
            record.error = .internalFailure
        }
        try save(record, key)
    }

    /// Records that an attempt begins; done before its closure is called, so that a crash cannot hide it.
    func beginAttempt(_ record: inout StepRecord, _ key: StepKey) throws {
        try dropTimer(&record, key)
        record.attempts += 1
        record.isInAttempt = true
        try save(record, key)
    }

    func complete(_ record: inout StepRecord, _ key: StepKey, _ value: [UInt8]) throws {
        record.isInAttempt = false
        record.crashes = 0
        record.state = .done
        record.value = value
        record.error = nil
        try save(record, key)
    }

    /// Ends an attempt with an error: the step fails, or waits for its next attempt until the time returned.
    func failAttempt(
        _ record: inout StepRecord,
        _ key: StepKey,
        _ error: WorkflowError,
        isFinal: Bool
    ) throws -> Int64? {
        record.isInAttempt = false
        record.crashes = 0
        record.error = error
        guard !isFinal, let config = record.config, record.attempts <= config.limit else {
            record.state = .failed
            try save(record, key)
            return nil
        }
        let delay = config.delay(afterAttempts: record.attempts)
        record.duration = delay
        record.deadline = ctx.now + delay
        try save(record, key)
        try addTimer(record, key)
        return delay
    }

    /// The recorded fact of that key, or a new one.
    func fact<Value: Codable & Sendable>(_ key: StepKey, _ make: () -> Value) throws -> Value {
        if let known = try step(key)?.value { return try ValueCodec.decode(Value.self, from: known) }
        let value = make()
        var record = StepRecord(start: try takeStart())
        record.state = .done
        record.value = try ValueCodec.encode(value)
        try save(record, key)
        return value
    }
}
