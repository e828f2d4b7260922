/// The keys of an instance's rows in its object's storage.
enum JournalKeys {
    static let instance = "instance"
    static let status = Array("status".utf8)
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
    static func number(_ value: UInt64) -> String { String(decoding: digits(value), as: UTF8.self) }

    private static func digits(_ value: UInt64) -> [UInt8] {
        var digits: [UInt8] = []
        append(value, to: &digits)
        return digits
    }

    static func append(_ value: UInt64, to key: inout [UInt8]) {
        key.append(addingCapacity: 16) { key in
            var shift = UInt64(64)
            while shift > 0 {
                shift -= 4
                key.append(digit(value >> shift & 15))
            }
        }
    }

    static func digit(_ value: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    static func rollback(_ key: StepKey) -> String { rollbacks + key.text }

    static func undoable(_ start: UInt64) -> [UInt8] { Array(undoable.utf8) + digits(start) }

    static func timer(_ deadline: Int64, _ key: StepKey) -> String {
        "\(timers)\(number(UInt64(clamping: deadline)))/\(key.text)"
    }

    static func waiter(_ type: String, _ start: UInt64) -> String { "\(waiters)\(type)/\(number(start))" }

    static func event(_ type: String, _ sequence: UInt64) -> String { "\(events)\(type)/\(number(sequence))" }

    static func log(_ number: Int64) -> [UInt8] {
        var key = Array(logs.utf8)
        append(UInt64(clamping: number), to: &key)
        return key
    }

    /// The name comes last and the counts are of fixed width, so that no step's pieces begin with another's.
    static func pieces(_ key: StepKey) -> String { "\(streams)\(number(UInt64(key.text.utf8.count)))\(key.text)/" }

    static func piece(_ key: StepKey, _ index: Int) -> String { pieces(key) + number(UInt64(index)) }
}
