/// An alarm as the index has it.
package struct StoredAlarm: Sendable, Hashable {
    package let due: Int64
    package let classNumber: ClassNumber
    package let id: DurableObjectId
    package let name: String
}

extension ObjectStore {
    /// The alarms due at `now` or earlier, in order of time, at most `limit`.
    package func alarms(dueBy now: Int64, limit: Int) throws -> [StoredAlarm] {
        var found: [StoredAlarm] = []
        var upper = ByteWriter()
        upper.append(UInt64(max(now, 0)) + 1)
        try store.read { snapshot in
            try snapshot.scan(.alarms, from: [], to: upper.bytes, reverse: false) { key, value in
                found.append(try Self.decodeAlarm(key, value, in: snapshot))
                return found.count < limit
            }
        }
        return found
    }

    /// When the earliest alarm is due, of those due later than `after`.
    package func earliestAlarm(after: Int64 = -1) throws -> Int64? {
        var due: Int64?
        var lower = ByteWriter()
        lower.append(UInt64(max(after + 1, 0)))
        try store.read { snapshot in
            try snapshot.scan(.alarms, from: lower.bytes, to: nil, reverse: false) { key, _ in
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
