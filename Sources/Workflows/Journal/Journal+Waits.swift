internal import DurableActors

/// The transitions of sleeps, waits and events, and the index of their deadlines.
extension Journal {
    func startSleep(_ key: StepKey, until deadline: Int64, duration: Int64) throws -> StepRecord {
        var record = StepRecord(start: try takePlace())
        record.deadline = memory.faults.contains(.forgottenDeadlines) ? nil : deadline
        record.duration = duration
        try log(LogEntry(.sleepStarted, key, milliseconds: duration))
        if deadline <= ctx.now {
            try endSleep(&record, key)
        } else {
            try save(record, key)
            try addTimer(record, key)
        }
        return record
    }

    func endSleep(_ record: inout StepRecord, _ key: StepKey) throws {
        record.state = .done
        record.end = try takePlace()
        try forgetTimer(record, key)
        try save(record, key)
        try log(LogEntry(.sleepCompleted, key))
    }

    /// Starts a wait, or ends it at once with the oldest event of its type that nobody has taken.
    func startWait(
        _ key: StepKey,
        type: String,
        timeout: Int64,
        planned: PlannedWait?
    ) throws -> StepRecord {
        var record = StepRecord(start: try takePlace())
        record.eventType = type
        record.duration = timeout
        record.deadline = ctx.now + timeout
        try log(LogEntry(.waitStarted, key, eventType: type))
        if case .event(let payload) = planned {
            try deliver(EventRecord(timestamp: ctx.now, payload: payload), to: &record, key)
            return record
        }
        try save(record, key)
        try addToIndices(record, key)
        try deliverKept(to: &record, key)
        return record
    }

    /// Ends an open wait with the oldest event of its type that nobody has taken, if there is one.
    func deliverKept(to record: inout StepRecord, _ key: StepKey) throws {
        guard let type = record.eventType else { return }
        let kept = ListOptions(prefix: "\(JournalKeys.events)\(type)/", limit: 1)
        guard let (row, event) = try rows.list(kept, as: EventRecord.self).first else { return }
        if memory.faults.contains(.separateConsumption) {
            let ctx = ctx
            ctx.waitUntil { try ctx.storage.kv.delete(row) }
        } else {
            try rows.delete(row)
        }
        try forgetWait(record, key)
        try deliver(event, to: &record, key)
    }

    /// Ends a wait whose time has passed without an event.
    func endWaitByTimeout(_ record: inout StepRecord, _ key: StepKey) throws {
        record.state = .failed
        record.error = .timedOut(after: record.duration ?? 0)
        record.end = try takePlace()
        try forgetWait(record, key)
        try save(record, key)
        try log(LogEntry(.waitTimedOut, key, eventType: record.eventType))
    }

    /// Takes an event in: it ends the oldest open wait of its type, whose step is returned, or is kept.
    ///
    /// A wait whose deadline is past does not take it, though its failure may not have been recorded yet.
    func accept(_ payload: [UInt8], type: String) throws -> (key: StepKey, record: StepRecord)? {
        let event = EventRecord(timestamp: ctx.now, payload: payload)
        let waiters = try rows.list(ListOptions(prefix: "\(JournalKeys.waiters)\(type)/"), as: WaiterRecord.self)
        guard let waiter = waiters.values.first(where: { event.timestamp <= $0.deadline }),
            let key = StepKey(text: waiter.step[...]), var record = try step(key)
        else {
            try keep(payload, type: type)
            return nil
        }
        try forgetWait(record, key)
        try deliver(event, to: &record, key)
        return (key, record)
    }

    /// Keeps an event for the next wait of its type.
    func keep(_ payload: [UInt8], type: String) throws {
        let event = EventRecord(timestamp: ctx.now, payload: payload)
        memory.mayWait = true
        try rows.put(JournalKeys.event(type, try takeEventNumber()), event)
    }

    /// Ends what is due among sleeps and waits, and tells which steps those are.
    ///
    /// Retry delays are left to the steps that are open in memory; those of steps the code no longer has are dropped.
    func endDue(isOpen: (StepKey) -> Bool) throws -> [(key: StepKey, record: StepRecord)] {
        guard memory.mayWait else { return [] }
        let end = JournalKeys.timers + JournalKeys.number(UInt64(clamping: ctx.now) + 1)
        let due = ListOptions(start: JournalKeys.timers, end: end)
        var ended: [(StepKey, StepRecord)] = []
        for row in try rows.list(due, as: NoValue.self).keys {
            guard let key = stepOfTimer(row), var record = try step(key), record.state == .open else {
                try rows.delete(row)
                continue
            }
            switch key.family.kind {
            case .sleep: try endSleep(&record, key)
            case .wait: try endWaitByTimeout(&record, key)
            case .call, .fact, .publication:
                if !isOpen(key) { try rows.delete(row) }
                continue
            }
            ended.append((key, record))
        }
        return ended
    }

    /// The open steps that have a deadline, in order of their starts.
    func openTimers() throws -> [(key: StepKey, record: StepRecord)] {
        try rows.list(ListOptions(prefix: JournalKeys.timers), as: NoValue.self).keys.compactMap { row in
            guard let key = stepOfTimer(row), let record = try step(key), record.state == .open else { return nil }
            return (key: key, record: record)
        }.sorted { $0.record.start < $1.record.start }
    }

    /// When the first of all open sleeps, waits and retry delays ends.
    func firstDeadline() throws -> Int64? {
        guard memory.mayWait,
            let row = try rows.list(ListOptions(prefix: JournalKeys.timers, limit: 1), as: NoValue.self).keys.first
        else { return nil }
        return Int64(row.dropFirst(JournalKeys.timers.count).prefix(16), radix: 16)
    }

    func addTimer(_ record: StepRecord, _ key: StepKey) throws {
        guard let deadline = record.deadline else { return }
        memory.mayWait = true
        try rows.put(JournalKeys.timer(deadline, key), NoValue())
    }

    /// Has the open step found by its deadline, and a wait by its event's type.
    func addToIndices(_ record: StepRecord, _ key: StepKey) throws {
        try addTimer(record, key)
        guard let type = record.eventType, let deadline = record.deadline else { return }
        try rows.put(JournalKeys.waiter(type, record.start), WaiterRecord(step: key.text, deadline: deadline))
    }

    /// Removes the indices of what is open, and events nobody has taken.
    func clearWaits() throws {
        guard memory.mayWait else { return }
        for prefix in [JournalKeys.timers, JournalKeys.waiters, JournalKeys.events] { try rows.clear(prefix) }
        memory.mayWait = false
    }

    func dropTimer(_ record: inout StepRecord, _ key: StepKey) throws {
        try forgetTimer(record, key)
        record.deadline = nil
    }

    private func forgetTimer(_ record: StepRecord, _ key: StepKey) throws {
        if let deadline = record.deadline { try rows.delete(JournalKeys.timer(deadline, key)) }
    }

    private func forgetWait(_ record: StepRecord, _ key: StepKey) throws {
        try forgetTimer(record, key)
        if let type = record.eventType { try rows.delete(JournalKeys.waiter(type, record.start)) }
    }

    private func deliver(_ event: EventRecord, to record: inout StepRecord, _ key: StepKey) throws {
        record.state = .done
        record.value = event.payload
        record.acceptedAt = event.timestamp
        record.end = try takePlace()
        try save(record, key)
        try log(LogEntry(.waitCompleted, key, eventType: record.eventType))
    }

    private func stepOfTimer(_ row: String) -> StepKey? {
        StepKey(text: row.dropFirst(JournalKeys.timers.count + 17))
    }
}
