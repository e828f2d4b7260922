extension Incarnation {
    /// When an alarm is due; nil when it is not set, or its handler runs and has not set it anew.
    package func alarm(named name: [UInt8]) throws -> Int64? {
        if let running = storage.runningAlarms[name], !running.wasReplaced {
            try check()
            return nil
        }
        return try storedAlarm(named: name)
    }

    /// What is stored of an alarm, its handler running or not.
    package func storedAlarm(named name: [UInt8]) throws -> Int64? {
        try read(RowKey(.alarm, name)).map(AlarmTime.decode)
    }

    package func setAlarm(named name: [UInt8], _ milliseconds: Int64, confirmed: Bool) throws {
        try check()
        guard milliseconds > 0 else {
            throw DurableObjectError.typeError("setAlarm() cannot be called with an alarm time <= 0")
        }
        guard cell.objectClass.hasAlarmHandler else {
            throw DurableObjectError.typeError(
                "Your Durable Object class must have an alarm() handler in order to call setAlarm()"
            )
        }
        let due = max(milliseconds, cell.host.world.clock.nowMilliseconds)
        storage.runningAlarms[name]?.wasReplaced = true
        if try storedAlarm(named: name) == due, storage.runningAlarms[name] == nil { return }
        try write(RowKey(.alarm, name), AlarmTime.encode(due), confirmed: confirmed)
    }

    package func deleteAlarm(named name: [UInt8], confirmed: Bool) throws {
        if let running = storage.runningAlarms[name], !running.wasReplaced { return try check() }
        storage.runningAlarms[name]?.wasReplaced = false
        guard try storedAlarm(named: name) != nil else { return }
        try write(RowKey(.alarm, name), nil, confirmed: confirmed)
    }
}
