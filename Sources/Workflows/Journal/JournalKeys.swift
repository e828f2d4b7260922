/// The keys of an instance's rows in its object's storage.
enum JournalKeys {
    static let instance = "instance"
    static let status = "status"
    static let counters = "counters"
    static let steps = "step/"
    static let rollbacks = "rollback/"
    /// Steps that began with a handler, by their starts.
    static let undoable = "undoable/"
    static let timers = "timer/"
    static let waiters = "waiter/"
    static let events = "event/"
    static let logs = "log/"
    static let streams = "stream/"
    static let states = "state/"
    /// Where a child notes that its parent has yet to hear of its end.
    static let notice = "notice"
    /// When an instance that was given a time must have ended.
    static let deadline = "deadline"

    /// Sixteen hexadecimal digits, so that texts sort as numbers.
    static func number(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    static func step(_ key: StepKey) -> String { steps + key.text }

    static func rollback(_ key: StepKey) -> String { rollbacks + key.text }

    static func undoable(_ start: UInt64) -> String { undoable + number(start) }

    static func timer(_ deadline: Int64, _ key: StepKey) -> String {
        "\(timers)\(number(UInt64(clamping: deadline)))/\(key.text)"
    }

    static func waiter(_ type: String, _ start: UInt64) -> String { "\(waiters)\(type)/\(number(start))" }

    static func event(_ type: String, _ sequence: UInt64) -> String { "\(events)\(type)/\(number(sequence))" }

    static func log(_ number: Int64) -> String { logs + Self.number(UInt64(clamping: number)) }

    /// The name comes last and the counts are of fixed width, so that no step's pieces begin with another's.
    static func pieces(_ key: StepKey) -> String { "\(streams)\(number(UInt64(key.text.utf8.count)))\(key.text)/" }

    static func piece(_ key: StepKey, _ index: Int) -> String { pieces(key) + number(UInt64(index)) }
}
