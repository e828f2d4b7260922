internal import DurableActors

/// An instance's rows, typed.
///
/// Isolation: only on the engine object's executor. Each function is one transition: it reads, decides and writes
/// without giving up the executor, so what it writes becomes durable together or not at all.
struct Journal: Sendable {
    let ctx: DurableObjectState
    let memory: JournalMemory
    private var isLazy = false

    init(ctx: DurableObjectState) {
        self.ctx = ctx
        memory = ctx.part(JournalMemory.self) { JournalMemory() }
    }

    var rows: JournalRows { JournalRows(ctx: ctx, isLazy: isLazy) }

    /// The same journal for a transition that asks for no commit: what it writes is durable with what is written next,
    /// before anything leaves the object, or some milliseconds later.
    var lazily: Journal {
        var lazy = self
        lazy.isLazy = true
        return lazy
    }

    func instance() throws -> InstanceRecord? {
        if memory.instance == nil { memory.instance = try rows.get(JournalKeys.instance) }
        return memory.instance
    }

    func status() throws -> StatusRecord? {
        if memory.status == nil { memory.status = try rows.read(JournalKeys.status) }
        return memory.status
    }

    func save(_ status: StatusRecord) throws {
        memory.status = status
        try rows.write(JournalKeys.status, status)
    }

    func step(_ key: StepKey) throws -> StepRecord? { try rows.read(key.row) }

    /// Saves a step as it is when its batch is sealed: whatever is changed by then is saved as well.
    func save(_ step: StepRow) throws {
        try keep(step)
        try writeLate()
    }

    /// Saves a step in a transition that also logs something.
    func keep(_ step: StepRow) throws {
        if let other = memory.late.keep(step) { try rows.write(other.key.row, other.record) }
    }

    func save(_ record: StepRecord, _ key: StepKey) throws { try save(StepRow(key, record)) }

    /// Has what is kept written with what else goes into this batch.
    func writeLate() throws { try memory.late.mark(in: ctx.incarnation, isLazy: isLazy) }

    /// All steps in order of their starts.
    func allSteps() throws -> [(key: StepKey, record: StepRecord)] {
        var found: [(key: StepKey, record: StepRecord)] = []
        try rows.scan(JournalKeys.steps, as: StepRecord.self) { key, record in
            if let key = StepKey(bytes: key) { found.append((key: key, record: record)) }
            return true
        }
        return found.sorted { $0.record.start < $1.record.start }
    }

    func setStatus(_ status: InstanceStatus.Status, _ change: (inout StatusRecord) -> Void = { _ in }) throws {
        var record = try self.status() ?? StatusRecord(status: status, since: ctx.now)
        record.status = status
        record.since = ctx.now
        change(&record)
        try save(record)
    }

    /// Sets the alarm to now: it stays stored while its handler runs, so a crash leaves an alarm that is overdue.
    func wakeNow() throws { try ctx.incarnation.setAlarm(named: [], max(ctx.now, 1), confirmed: true) }

    /// Sets the alarm to a minute from now.
    func wakeLater() throws { try ctx.incarnation.setAlarm(named: [], ctx.now + 60_000, confirmed: true) }

    func forgetAlarm() throws { try ctx.incarnation.deleteAlarm(named: [], confirmed: true) }

    // MARK: Numbers

    func counters() throws -> CounterRecord {
        if let known = memory.late.counters { return known }
        let stored: CounterRecord = try rows.read(memory.late.countersKey) ?? CounterRecord()
        memory.late.know(stored)
        return stored
    }

    func save(_ counters: CounterRecord) throws {
        memory.late.keep(counters)
        try writeLate()
    }

    /// The next place in the order of starts and ends.
    func takePlace() throws -> UInt64 {
        let place = try nextPlace()
        try writeLate()
        return place
    }

    /// The same in a transition that also logs something.
    func nextPlace() throws -> UInt64 {
        var counters = try counters()
        counters.steps += 1
        memory.late.keep(counters)
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
}
