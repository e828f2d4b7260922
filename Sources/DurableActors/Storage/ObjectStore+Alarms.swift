/// An alarm as the index has it.
package struct StoredAlarm: Sendable, Hashable {
    package let due: Int64
    package let classNumber: ClassNumber
    package let id: DurableObjectId
    package let name: String

    package init(due: Int64, classNumber: ClassNumber, id: DurableObjectId, name: String) {
        self.due = due
        self.classNumber = classNumber
        self.id = id
        self.name = name
    }
}

/// Some alarms of the index that are due, and what comes after them.
package struct AlarmPage: Sendable {
    package var alarms: [StoredAlarm] = []
    /// The key of the first entry that is not in the page; nil at the end of the index.
    package var rest: [UInt8]?
    /// When that one is due.
    package var nextDue: Int64?
}

extension ObjectStore {
    /// Alarms of the index from a key on that are due at `now` or earlier, in order of time, at most `limit`.
    package func alarms(from key: [UInt8], dueBy now: Int64, limit: Int) throws -> AlarmPage {
        guard let log else { return try alarms(from: key, dueBy: now, limit: limit, over: UnappliedAlarms()) }
        return try log.withAlarms { try alarms(from: key, dueBy: now, limit: limit, over: $0) }
    }

    /// When the earliest alarm is due; nil when there is none.
    package func earliestAlarm() throws -> Int64? {
        try alarms(from: [], dueBy: .min, limit: 0).nextDue
    }

    private func alarms(
        from key: [UInt8],
        dueBy now: Int64,
        limit: Int,
        over unapplied: UnappliedAlarms
    ) throws -> AlarmPage {
        var page = AlarmPage()
        var logged = unapplied.cursor(from: key)
        func take(_ key: [UInt8], _ alarm: () throws -> StoredAlarm) throws -> Bool {
            let due = try AlarmTime.decode(Array(key.prefix(8)))
            guard due <= now, page.alarms.count < limit else {
                page.nextDue = due
                page.rest = key
                return false
            }
            page.alarms.append(try alarm())
            return true
        }
        try store.read { snapshot in
            func takeLogged(before end: [UInt8]?) throws -> Bool {
                while let row = logged.current, end.map({ row.key.bytes.lexicographicallyPrecedes($0) }) ?? true {
                    let key = row.key.bytes
                    guard try take(key, { try Self.alarm(key, row.value, in: snapshot) }) else { return false }
                    logged.advance()
                }
                return true
            }
            var goesOn = true
            try snapshot.scan(.alarms, from: key, to: nil, reverse: false) { key, value in
                goesOn = try takeLogged(before: key)
                guard goesOn, try !unapplied.hides(key) else { return goesOn }
                goesOn = try take(key) { try Self.alarm(key, Self.decodeTarget(value), in: snapshot) }
                return goesOn
            }
            if goesOn { _ = try takeLogged(before: nil) }
        }
        return page
    }

    private static func decodeTarget(_ value: [UInt8]) throws -> UnappliedAlarms.Target {
        let (classNumber, id) = try RowLayout.decodeDirectoryKey(value)
        return UnappliedAlarms.Target(classNumber: classNumber, id: id)
    }

    private static func alarm(
        _ key: [UInt8],
        _ target: UnappliedAlarms.Target,
        in snapshot: any OrderedSnapshot
    ) throws -> StoredAlarm {
        let due = try AlarmTime.decode(Array(key.prefix(8)))
        let name = String(decoding: try RowLayout.decodeAlarmKey(key).name, as: UTF8.self)
        if target.id.name != nil {
            return StoredAlarm(due: due, classNumber: target.classNumber, id: target.id, name: name)
        }
        let record = try snapshot.get(.directory, RowLayout.directoryKey(target.classNumber, target.id))
        let id = DurableObjectId(bytes: target.id.bytes, name: try record.map(RowLayout.decodeRecord)?.name)
        return StoredAlarm(due: due, classNumber: target.classNumber, id: id, name: name)
    }
}
