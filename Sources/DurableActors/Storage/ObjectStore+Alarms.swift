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
        var page = AlarmPage()
        try store.read { snapshot in
            try snapshot.scan(.alarms, from: key, to: nil, reverse: false) { key, value in
                let due = try AlarmTime.decode(Array(key.prefix(8)))
                guard due <= now, page.alarms.count < limit else {
                    page.nextDue = due
                    page.rest = key
                    return false
                }
                page.alarms.append(try Self.decodeAlarm(key, value, in: snapshot))
                return true
            }
        }
        return page
    }

    /// When the earliest alarm is due; nil when there is none.
    package func earliestAlarm() throws -> Int64? {
        var due: Int64?
        try store.read { snapshot in
            try snapshot.scan(.alarms, from: [], to: nil, reverse: false) { key, _ in
                due = try AlarmTime.decode(Array(key.prefix(8)))
                return false
            }
        }
        return due
    }

    private static func decodeAlarm(
        _ key: [UInt8],
        _ value: [UInt8],
        in snapshot: any OrderedSnapshot
    ) throws -> StoredAlarm {
        var keyReader = ByteReader(key)
        let due = Int64(clamping: try keyReader.read(UInt64.self))
        _ = try keyReader.read(count: 10)
        let name = String(decoding: keyReader.readRest(), as: UTF8.self)
        var reader = ByteReader(value)
        let classNumber = ClassNumber(try reader.read(UInt32.self))
        let id = DurableObjectId(bytes: Array(try reader.read(count: 32)), name: nil)
        let record = try snapshot.get(.directory, RowLayout.directoryKey(classNumber, id)).map(RowLayout.decodeRecord)
        let named = DurableObjectId(bytes: id.bytes, name: record?.name)
        return StoredAlarm(due: due, classNumber: classNumber, id: named, name: name)
    }
}
