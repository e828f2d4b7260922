internal import Locks

extension Incarnation {
    /// How long an alarm's name may be, in bytes of UTF-8: it is part of a key of the index.
    static let longestAlarmName = 256

    /// When an alarm is due; nil when it is not set, or its handler runs and has not set it anew.
    package func alarm(named name: [UInt8]) throws -> Int64? {
        if let running = storage.runningAlarms[name], !running.isSettled {
            try check()
            return nil
        }
        return try storedAlarm(named: name)
    }

    /// What is stored of an alarm, its handler running or not.
    package func storedAlarm(named name: [UInt8]) throws -> Int64? {
        try read(RowKey(.alarm, name)).map(AlarmTime.decode)
    }

    /// Every alarm that is set, in order of the names' bytes.
    func alarms() throws -> [(name: [UInt8], due: Int64)] {
        var found: [(name: [UInt8], due: Int64)] = []
        try scan(.alarm, KeyRange(), reverse: false) { name, value in
            if storage.runningAlarms[name]?.isSettled ?? true { found.append((name, try AlarmTime.decode(value))) }
            return true
        }
        return found
    }

    package func setAlarm(named name: [UInt8], _ milliseconds: Int64, confirmed: Bool) throws {
        try check()
        guard cell.seat == nil else {
            throw DurableObjectError(.unsupported, "Facets currently cannot set alarms.")
        }
        guard name.count <= Self.longestAlarmName else {
            throw DurableObjectError.typeError("An alarm's name is at most \(Self.longestAlarmName) bytes long.")
        }
        guard milliseconds > 0 else {
            throw DurableObjectError.typeError("setAlarm() cannot be called with an alarm time <= 0")
        }
        // While the object is made its handlers are not known yet, and nothing is refused for want of one.
        guard cell.objectClass.hasAlarmHandler || cell.entrance.withLock({ $0.phase == .starting }) else {
            throw DurableObjectError.typeError(
                "Your Durable Object class must have an alarm() handler in order to call setAlarm()"
            )
        }
        let due = max(milliseconds, cell.host.world.clock.nowMilliseconds)
        if storage.runningAlarms[name] == nil, try storedAlarm(named: name) == due { return }
        storage.runningAlarms[name]?.isSettled = true
        try write(RowKey(.alarm, name), AlarmTime.encode(due), confirmed: confirmed)
    }

    package func deleteAlarm(named name: [UInt8], confirmed: Bool) throws {
        try check()
        storage.runningAlarms[name]?.isSettled = true
        guard try storedAlarm(named: name) != nil else { return }
        try write(RowKey(.alarm, name), nil, confirmed: confirmed)
    }

    /// Removes every alarm; of one whose handler runs nothing is left to delete or to try again.
    func deleteAlarms() throws {
        var names = Set(storage.runningAlarms.keys)
        try scan(.alarm, KeyRange(), reverse: false) { name, _ in
            names.insert(name)
            return true
        }
        for name in names { try deleteAlarm(named: name, confirmed: true) }
    }

    /// Has the alarms whose handlers run given up when their runs fail.
    func giveUpRunningAlarms() {
        for name in storage.runningAlarms.keys {
            cell.host.alarms.giveUp(cell.objectClass.number, cell.id, name: String(decoding: name, as: UTF8.self))
        }
    }
}

extension ObjectCell {
    /// Removes an alarm without starting the object, unless it is stored with another time; callable from any thread.
    ///
    /// `done` is told once that is durable, or why it is not.
    func removeAlarm(named name: [UInt8], due: Int64, _ done: @escaping @Sendable ((any Error)?) -> Void) {
        perform { [self] in
            // Its rows may be on their way to another node; on the cell, where a shard's rest is looked at.
            guard isHere else { return done(nil) }
            do {
                if current == nil { forgetPlace() }
                if number == nil { number = try storedRecord()?.number }
                // Without a living object the write is a batch of its own, in turn with those that went before.
                let writer = current ?? Incarnation(cell: self)
                if try writer.storedAlarm(named: name) == due {
                    try writer.write(RowKey(.alarm, name), nil, confirmed: true)
                    whenDurable(lastSealed + 1) { done($0) }
                    if current == nil { seal(writer) }
                } else {
                    whenDurable(lastSealed) { done($0) }
                }
            } catch {
                done(error)
            }
        }
    }
}
