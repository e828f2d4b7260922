/// Which alarms run, wait behind another of their object, or wait to be tried again: the decisions, as a value.
///
/// What it is: for each object the alarms that have come due and are not over. One at a time of an object is under way;
/// the others wait for it in the order in which they came. When it holds: an alarm that is seen again, as often as it
/// may be, is not begun again; one that is seen with another time was set anew, and takes the place of the old one and
/// its retries. What breaks without it: two runs of an object's alarms at a time, and a retry of an alarm that is gone.
package struct AlarmBook {
    /// What the scheduler is to do.
    package enum Step: Sendable, Equatable {
        /// Run the handler; `retryCount` is what it is told.
        case deliver(StoredAlarm, retryCount: Int)
        /// Come back with `retry` after that time.
        case wait(StoredAlarm, attempt: UInt64, milliseconds: Int64)
        /// Remove it from storage.
        case abandon(StoredAlarm)
    }

    /// How a run ended.
    package enum Ending: Sendable, Equatable {
        case over
        /// `random` decides how much longer than its least the delay is.
        case failed(isCounted: Bool, random: Double)
    }

    private struct ObjectKey: Hashable {
        let classNumber: ClassNumber
        let id: DurableObjectId

        init(_ alarm: StoredAlarm) {
            classNumber = alarm.classNumber
            id = alarm.id
        }
    }

    private enum Phase: Equatable {
        /// Waits for the alarm of its object that is under way.
        case queued
        case underWay
        /// Waits to be tried again.
        case failed(attempt: UInt64)
    }

    private struct Entry {
        var alarm: StoredAlarm
        var phase = Phase.queued
        var retry = AlarmRetry()
        /// Whether it is not to be tried again when this run fails.
        var isGivenUp = false
        /// What it was set to while it was under way.
        var next: StoredAlarm?

        init(_ alarm: StoredAlarm) { self.alarm = alarm }
    }

    private struct ObjectAlarms {
        var entries: [String: Entry] = [:]
        /// The names of those that are queued.
        var queue: [String] = []
        /// The name of the one that is under way.
        var current: String?

        mutating func enqueue(_ entry: Entry) {
            var entry = entry
            entry.phase = .queued
            entries[entry.alarm.name] = entry
            queue.append(entry.alarm.name)
        }

        /// Begins the next one, unless one is under way.
        mutating func begin() -> [Step] {
            guard current == nil, let name = queue.first, var entry = entries[name] else { return [] }
            queue.removeFirst()
            current = name
            entry.phase = .underWay
            entries[name] = entry
            return [.deliver(entry.alarm, retryCount: entry.retry.counted)]
        }
    }

    private var objects: [ObjectKey: ObjectAlarms] = [:]
    private var attempts: UInt64 = 0
    /// How many alarms are under way.
    package private(set) var underWay = 0

    package init() {}

    package var isEmpty: Bool { objects.isEmpty }

    /// An alarm that is due was found in the index.
    package mutating func found(_ alarm: StoredAlarm) -> [Step] {
        change(alarm) { object in
            guard let known = object.entries[alarm.name] else {
                object.enqueue(Entry(alarm))
                return object.begin()
            }
            guard known.alarm.due != alarm.due else { return [] }
            switch known.phase {
            case .underWay:
                object.entries[alarm.name]?.next = alarm
            case .queued:
                object.entries[alarm.name] = Entry(alarm)
            case .failed:
                object.enqueue(Entry(alarm))
            }
            return object.begin()
        }
    }

    /// The time has come to try a failed alarm again, unless it was set anew meanwhile.
    package mutating func retry(_ alarm: StoredAlarm, attempt: UInt64) -> [Step] {
        change(alarm) { object in
            guard let entry = object.entries[alarm.name], entry.phase == .failed(attempt: attempt) else { return [] }
            object.enqueue(entry)
            return object.begin()
        }
    }

    /// The alarm under way of this object, if there is one, is not to be tried again when its run fails.
    package mutating func giveUp(_ classNumber: ClassNumber, _ id: DurableObjectId, name: String) {
        let key = ObjectKey(StoredAlarm(due: 0, classNumber: classNumber, id: id, name: name))
        guard let object = objects[key], object.current == name else { return }
        objects[key]?.entries[name]?.isGivenUp = true
    }

    /// Forgets all alarms of an object, none of which runs.
    package mutating func forgetAll(ofTheObjectOf alarm: StoredAlarm) {
        if objects.removeValue(forKey: ObjectKey(alarm))?.current != nil { underWay -= 1 }
    }

    /// What was delivered has ended.
    ///
    /// One that is to be abandoned stays under way until `abandoned` says that this is done.
    package mutating func ended(_ alarm: StoredAlarm, _ ending: Ending) -> [Step] {
        attempts += 1
        let attempt = attempts
        return change(alarm) { object in
            guard object.current == alarm.name, var entry = object.entries[alarm.name] else { return [] }
            if let next = entry.next {
                object.current = nil
                object.enqueue(Entry(next))
                return object.begin()
            }
            guard case .failed(let isCounted, let random) = ending else { return Self.end(alarm, in: &object) }
            guard !entry.isGivenUp, let delay = entry.retry.failed(isCounted: isCounted, random: random) else {
                return [.abandon(alarm)]
            }
            entry.phase = .failed(attempt: attempt)
            object.entries[alarm.name] = entry
            object.current = nil
            return [.wait(alarm, attempt: attempt, milliseconds: delay)] + object.begin()
        }
    }

    /// What was to be abandoned has left storage, or could not.
    package mutating func abandoned(_ alarm: StoredAlarm) -> [Step] {
        change(alarm) { object in
            object.current == alarm.name ? Self.end(alarm, in: &object) : []
        }
    }

    private static func end(_ alarm: StoredAlarm, in object: inout ObjectAlarms) -> [Step] {
        object.current = nil
        let next = object.entries.removeValue(forKey: alarm.name)?.next
        if let next { object.enqueue(Entry(next)) }
        return object.begin()
    }

    private mutating func change(_ alarm: StoredAlarm, _ body: (inout ObjectAlarms) -> [Step]) -> [Step] {
        let key = ObjectKey(alarm)
        var object = objects.removeValue(forKey: key) ?? ObjectAlarms()
        let before = object.current == nil ? 0 : 1
        let steps = body(&object)
        underWay += (object.current == nil ? 0 : 1) - before
        if !object.entries.isEmpty { objects[key] = object }
        return steps
    }
}
