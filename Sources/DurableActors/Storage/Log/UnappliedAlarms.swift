/// The changes of alarms that are logged and that the store may not contain: a value over the store's index.
///
/// For every alarm that was changed the store's entry does not count, whatever it says; those that are set are here, in
/// order of time. Changes carry the number of their record and are forgotten when the store contains it.
package struct UnappliedAlarms: Sendable {
    /// Whose alarm an entry of the index is.
    package struct Target: Sendable {
        package let classNumber: ClassNumber
        package let id: DurableObjectId
    }

    package struct Row: KeyedRow {
        package let key: RowKey
        package var value: Target

        package init(key: consuming RowKey, value: consuming Target) {
            self.key = key
            self.value = value
        }
    }

    private struct Change: Sendable {
        let due: Int64?
        let sequence: UInt64
    }

    private struct ObjectChanges: Sendable {
        /// The record that removed the object; zero when none did.
        var removed: UInt64 = 0
        var alarms: [[UInt8]: Change] = [:]
    }

    private var objects: [ObjectLocator: ObjectChanges] = [:]
    private var index = SortedRows<Row>()

    package init() {}

    package var isEmpty: Bool { objects.isEmpty }

    package mutating func add(_ content: BatchContent, sequence: UInt64) {
        if content.removesObject {
            let gone = objects.updateValue(ObjectChanges(removed: sequence), forKey: content.locator)
            for (name, change) in gone?.alarms ?? [:] { unlist(change, content.locator, name) }
            return
        }
        guard content.changesAlarms else { return }
        for entry in content.writes.entries where entry.key.kind == .alarm {
            let name = entry.key.bytes
            // Silence is right: a value that this process encoded itself decodes.
            let due = entry.value.flatMap { try? AlarmTime.decode($0) }
            let change = Change(due: due, sequence: sequence)
            let old = objects[content.locator, default: ObjectChanges()].alarms.updateValue(change, forKey: name)
            if let old { unlist(old, content.locator, name) }
            if let due {
                let key = RowLayout.alarmKey(due: due, content.locator, name: name)
                let target = Target(classNumber: content.classNumber, id: content.id)
                index.updateValue(target, forKey: RowKey(.alarm, key))
            }
        }
    }

    /// Forgets the changes of records before this one, which the store contains.
    package mutating func forget(before position: UInt64) {
        for (object, changes) in objects {
            var left = changes
            for (name, change) in changes.alarms where change.sequence < position {
                unlist(change, object, name)
                left.alarms[name] = nil
            }
            if left.removed < position { left.removed = 0 }
            objects[object] = left.removed == 0 && left.alarms.isEmpty ? nil : left
        }
    }

    private mutating func unlist(_ change: Change, _ object: ObjectLocator, _ name: [UInt8]) {
        guard let due = change.due else { return }
        index.removeValue(forKey: RowKey(.alarm, RowLayout.alarmKey(due: due, object, name: name)))
    }

    /// Whether an entry of the store's index does not count.
    func hides(_ key: [UInt8]) throws -> Bool {
        guard !objects.isEmpty else { return false }
        let (object, name) = try RowLayout.decodeAlarmKey(key)
        guard let changes = objects[object] else { return false }
        return changes.removed > 0 || changes.alarms[name] != nil
    }

    /// The alarms that are set here, in order of time, from a key of the index on.
    func cursor(from key: [UInt8]) -> SortedRows<Row>.Cursor {
        index.cursor(.alarm, KeyRange(lower: key), reverse: false)
    }
}
