internal import CSQLite
internal import Locks

/// `printf` for versions of SQLite whose own repeats the character of `%c` as often as a precision says, however long that
/// takes, and cannot be stopped.
///
/// What is longer than a value may be is NULL, as it would be in the end; the rest is SQLite's to answer.
@safe enum SQLFormatting {
    // Safe because a function's arguments live as long as its call, in which SQLite copies them.
    static let printf: SQLFunctions.Body = { context, count, values in
        let values = unsafe UnsafeBufferPointer(start: values, count: Int(count))
        guard unsafe repetitions(values) <= SQLLimits.valueBytes else {
            return unsafe sqlite3_result_null(context)
        }
        builtIn.withLock { unsafe $0.answer(values, context) }
    }

    private static let builtIn = Mutex(BuiltIn())

    /// A database in memory in which the function is SQLite's own; opened at its first use.
    @safe private struct BuiltIn: @unchecked Sendable {
        // Safe because the lock lets one thread at a time use the connection.
        private var database: OpaquePointer?

        mutating func answer(_ values: UnsafeBufferPointer<OpaquePointer?>, _ context: OpaquePointer?) {
            var code = SQLITE_OK
            if unsafe database == nil {
                let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
                code = unsafe sqlite3_open_v2(":memory:", &database, flags, nil)
                unsafe sqlite3_limit(database, SQLITE_LIMIT_LENGTH, Int32(SQLLimits.valueBytes))
            }
            var statement: OpaquePointer?
            let text = "SELECT printf(" + [String](repeating: "?", count: values.count).joined(separator: ",") + ")"
            if code == SQLITE_OK { code = unsafe sqlite3_prepare_v2(database, text, -1, &statement, nil) }
            defer { unsafe sqlite3_finalize(statement) }
            for index in values.indices where code == SQLITE_OK {
                code = unsafe sqlite3_bind_value(statement, Int32(index + 1), values[index])
            }
            if code == SQLITE_OK { code = unsafe sqlite3_step(statement) }
            guard code == SQLITE_ROW else { return unsafe sqlite3_result_error_code(context, code) }
            unsafe sqlite3_result_value(context, sqlite3_column_value(statement, 0))
        }
    }

    /// How many characters the conversions `%c` with a precision ask for, all together.
    private static func repetitions(_ values: UnsafeBufferPointer<OpaquePointer?>) -> Int {
        guard let first = unsafe values.first, let text = unsafe sqlite3_value_text(first) else { return 0 }
        var format = unsafe UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(first)))[...]
        var rest = unsafe values.dropFirst()
        var sum = 0
        /// A number in the format, or the next argument where it has a star; both wrap as SQLite's do.
        func number() -> UInt32 {
            if unsafe format.first == UInt8(ascii: "*") {
                unsafe format.removeFirst()
                let argument = unsafe rest.popFirst().map { unsafe sqlite3_value_int64($0) } ?? 0
                return Int32(truncatingIfNeeded: argument).magnitude
            }
            var number: UInt32 = 0
            while let digit = unsafe format.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
                number = number &* 10 &+ UInt32(digit - UInt8(ascii: "0"))
                unsafe format.removeFirst()
            }
            return number & 0x7FFF_FFFF
        }
        while let start = unsafe format.firstIndex(of: UInt8(ascii: "%")) {
            unsafe format = unsafe format[(start + 1)...].drop { "-+ #!0,".utf8.contains($0) }
            _ = number()
            var precision: UInt32 = 0
            if unsafe format.first == UInt8(ascii: ".") {
                unsafe format.removeFirst()
                precision = number()
            }
            unsafe format = unsafe format.drop { $0 == UInt8(ascii: "l") }
            guard let conversion = unsafe format.popFirst() else { break }
            if conversion == UInt8(ascii: "c") { sum += Int(precision) }
            if conversion != UInt8(ascii: "%"), conversion != UInt8(ascii: "n") { _ = unsafe rest.popFirst() }
        }
        return sum
    }
}
