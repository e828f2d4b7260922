internal import DurableActors

/// An instance's rows, typed.
///
/// Isolation: only on the engine object's executor. Each function is one transition: it reads, decides and writes
/// without giving up the executor, so what it writes becomes durable together or not at all.
struct Journal: Sendable {
    let ctx: DurableObjectState
    let memory: JournalMemory

    init(ctx: DurableObjectState) {
        self.ctx = ctx
        memory = ctx.part(JournalMemory.self) { JournalMemory() }
    }

    var rows: SyncKeyValue { ctx.storage.kv }

    func instance() throws -> InstanceRecord? { try rows.get(JournalKeys.instance) }

    func status() throws -> StatusRecord? { try rows.get(JournalKeys.status) }

    func step(_ key: StepKey) throws -> StepRecord? { try rows.get(JournalKeys.step(key)) }

    func save(_ record: StepRecord, _ key: StepKey) throws { try rows.put(JournalKeys.step(key), record) }

    /// All steps in order of their starts.
    func allSteps() throws -> [(key: StepKey, record: StepRecord)] {
        try rows.list(ListOptions(prefix: JournalKeys.steps), as: StepRecord.self).compactMap { row, record in
            StepKey(text: row.dropFirst(JournalKeys.steps.count)).map { (key: $0, record: record) }
        }.sorted { $0.record.start < $1.record.start }
    }

    func setStatus(_ status: InstanceStatus.Status, _ change: (inout StatusRecord) -> Void = { _ in }) throws {
        var record = try self.status() ?? StatusRecord(status: status, since: ctx.now)
        record.status = status
        record.since = ctx.now
        change(&record)
        try rows.put(JournalKeys.status, record)
    }

    /// Sets the alarm to now: it stays stored while its handler runs, so a crash leaves an alarm that is overdue.
    func wakeNow() throws { try ctx.incarnation.setAlarm(named: [], max(ctx.now, 1), confirmed: true) }

    /// Sets the alarm to a minute from now.
    func wakeLater() throws { try ctx.incarnation.setAlarm(named: [], ctx.now + 60_000, confirmed: true) }

    func forgetAlarm() throws { try ctx.incarnation.deleteAlarm(named: [], confirmed: true) }

    // MARK: Numbers

    func counters() throws -> CounterRecord {
        if let known = memory.counters { return known }
        let stored = try rows.get(JournalKeys.counters, as: CounterRecord.self) ?? CounterRecord()
        memory.counters = stored
        return stored
    }

    func save(_ counters: CounterRecord) throws {
        memory.counters = counters
        try rows.put(JournalKeys.counters, counters)
    }

    /// The next place in the order of starts and ends.
    func takePlace() throws -> UInt64 {
        var counters = try counters()
        counters.steps += 1
        try save(counters)
        return counters.steps
    }

    func takeEventNumber() throws -> UInt64 {
        var counters = try counters()
        counters.events += 1
        try save(counters)
        return counters.events
    }

    /// Counts bytes that are kept; false when they are more than an instance may keep.
    func take(_ bytes: Int, of limit: Int) throws -> Bool {
        var counters = try counters()
        guard counters.bytes + bytes <= limit else { return false }
        counters.bytes += bytes
        try save(counters)
        return true
    }

    func clear(_ prefix: String) throws {
        for key in try rows.list(ListOptions(prefix: prefix), as: NoValue.self).keys { try rows.delete(key) }
    }
}
