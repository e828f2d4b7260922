internal import DurableActors

/// An instance's rows, typed.
///
/// Isolation: only on the engine object's executor. Each function is one transition: it reads, decides and writes
/// without giving up the executor, so what it writes becomes durable together or not at all.
struct Journal: Sendable {
    let ctx: DurableObjectState

    var rows: SyncKeyValue { ctx.storage.kv }

    func instance() throws -> InstanceRecord? { try rows.get(JournalKeys.instance) }

    func status() throws -> StatusRecord? { try rows.get(JournalKeys.status) }

    func step(_ key: StepKey) throws -> StepRecord? { try rows.get(JournalKeys.step(key)) }

    func save(_ record: StepRecord, _ key: StepKey) throws { try rows.put(JournalKeys.step(key), record) }

    /// Creates the instance, queued and sure to be started: at once, or by its alarm after a crash.
    func create(_ record: InstanceRecord) throws {
        guard try status() == nil else { throw WorkflowError.instanceAlreadyExists }
        try rows.put(JournalKeys.instance, record)
        try setStatus(.queued)
        try wakeNow()
    }

    func setStatus(_ status: InstanceStatus.Status) throws {
        try rows.put(JournalKeys.status, StatusRecord(status: status, since: ctx.now))
    }

    /// Ends the instance: how, and away with everything that waits.
    func finish(_ status: InstanceStatus.Status, output: [UInt8]? = nil, error: WorkflowError? = nil) throws {
        for prefix in [JournalKeys.timers, JournalKeys.waiters, JournalKeys.events] { try clear(prefix) }
        try rows.put(
            JournalKeys.status,
            StatusRecord(status: status, since: ctx.now, output: output, error: error)
        )
        try ctx.incarnation.deleteAlarm(named: [], confirmed: true)
    }

    /// Holds the instance, for a reason that its status tells.
    func hold(because reason: WorkflowError) throws {
        try rows.put(JournalKeys.status, StatusRecord(status: .paused, since: ctx.now, error: reason))
        try ctx.incarnation.deleteAlarm(named: [], confirmed: true)
    }

    /// Sets the alarm to now: it stays stored while its handler runs, so a crash leaves an alarm that is overdue.
    func wakeNow() throws { try ctx.incarnation.setAlarm(named: [], max(ctx.now, 1), confirmed: true) }

    /// Sets the alarm to a minute from now.
    func wakeLater() throws { try ctx.incarnation.setAlarm(named: [], ctx.now + 60_000, confirmed: true) }

    /// Notes that every branch waits, and has the alarm wake the instance when the first wait ends.
    func park() throws {
        try setStatus(.waiting)
        if let first = try firstDeadline() {
            try ctx.incarnation.setAlarm(named: [], max(first, 1), confirmed: true)
        } else {
            try ctx.incarnation.deleteAlarm(named: [], confirmed: true)
        }
    }

    func takeStart() throws -> UInt64 {
        var counters = try rows.get(JournalKeys.counters, as: CounterRecord.self) ?? CounterRecord()
        counters.steps += 1
        try rows.put(JournalKeys.counters, counters)
        return counters.steps
    }

    func takeEventNumber() throws -> UInt64 {
        var counters = try rows.get(JournalKeys.counters, as: CounterRecord.self) ?? CounterRecord()
        counters.events += 1
        try rows.put(JournalKeys.counters, counters)
        return counters.events
    }

    func clear(_ prefix: String) throws {
        for key in try rows.list(ListOptions(prefix: prefix), as: NoValue.self).keys { try rows.delete(key) }
    }
}
