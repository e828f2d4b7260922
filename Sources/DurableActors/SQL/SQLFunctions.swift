internal import CSQLite

/// Functions of newer versions of SQLite which the system's may lack, or have with a fault, and those of chance, which the
/// connection's own source of randomness decides.
///
/// Safe because a function's arguments live as long as its call, and what it answers is copied.
@safe enum SQLFunctions {
    typealias Body = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void

    private static let firstWithAll: Int32 = 3_044_000

    /// Adds those that are missing or at fault; SQLite's result code.
    static func register(in connection: SQLConnection) -> Int32 {
        let database = unsafe connection.database
        let code = registerChance(in: connection)
        guard code == SQLITE_OK, sqlite3_libversion_number() < firstWithAll else { return code }
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        func add(_ name: String, _ arguments: Int32, _ body: Body?, step: Body? = nil) -> Int32 {
            let final = unsafe step == nil ? nil : finishAggregate
            return unsafe sqlite3_create_function_v2(database, name, arguments, flags, nil, body, step, final, nil)
        }
        let codes = [
            unsafe add("concat", -1, concat), unsafe add("concat_ws", -1, concatWithSeparator),
            unsafe add("octet_length", 1, octetLength), unsafe add("unhex", 1, unhex), unsafe add("unhex", 2, unhex),
            unsafe add("string_agg", 2, nil, step: addToAggregate),
            unsafe add("printf", -1, SQLFormatting.printf), unsafe add("format", -1, SQLFormatting.printf),
        ]
        return codes.first { $0 != SQLITE_OK } ?? SQLITE_OK
    }

    /// Not `SQLITE_DETERMINISTIC`: each row has numbers of its own.
    private static func registerChance(in connection: SQLConnection) -> Int32 {
        let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS
        let context = unsafe Unmanaged.passUnretained(connection).toOpaque()
        func add(_ name: String, _ arguments: Int32, _ body: Body) -> Int32 {
            unsafe sqlite3_create_function_v2(connection.database, name, arguments, flags, context, body, nil, nil, nil)
        }
        let code = unsafe add("random", 0, random)
        return code == SQLITE_OK ? unsafe add("randomblob", 1, randomBlob) : code
    }

    private static let random: Body = { context, _, _ in
        unsafe sqlite3_result_int64(context, Int64(bitPattern: source(context).next()))
    }

    private static let randomBlob: Body = { context, _, values in
        let count = max(unsafe values.map { unsafe sqlite3_value_int64($0[0]) } ?? 0, 1)
        guard count <= SQLLimits.valueBytes else { return unsafe sqlite3_result_error_toobig(context) }
        let blob = unsafe source(context).bytes(Int(count))
        unsafe da_sqlite_result_blob(context, blob, UInt64(blob.count))
    }

    // Safe because the context is the connection, which is alive while a call on it runs.
    private static func source(_ context: OpaquePointer?) -> any RandomSource {
        guard let connection = unsafe sqlite3_user_data(context) else { preconditionFailure("No connection is known.") }
        return unsafe Unmanaged<SQLConnection>.fromOpaque(connection).takeUnretainedValue().random
    }

    private static let concat: Body = { context, count, values in
        guard count > 0 else {
            return unsafe sqlite3_result_error(context, "wrong number of arguments to function concat()", -1)
        }
        unsafe answer((0..<Int(count)).map { unsafe bytes(values, $0) ?? [] }.joined(separator: []), context)
    }

    private static let concatWithSeparator: Body = { context, count, values in
        guard count > 1 else {
            return unsafe sqlite3_result_error(context, "wrong number of arguments to function concat_ws()", -1)
        }
        guard let separator = unsafe bytes(values, 0) else { return unsafe sqlite3_result_null(context) }
        unsafe answer((1..<Int(count)).compactMap { unsafe bytes(values, $0) }.joined(separator: separator), context)
    }

    private static let octetLength: Body = { context, _, values in
        guard let bytes = unsafe bytes(values, 0) else { return unsafe sqlite3_result_null(context) }
        unsafe sqlite3_result_int64(context, Int64(bytes.count))
    }

    private static let unhex: Body = { context, count, values in
        guard let digits = unsafe bytes(values, 0), let ignored = count > 1 ? unsafe bytes(values, 1) : [],
            let blob = decoded(digits, ignoring: ignored)
        else { return unsafe sqlite3_result_null(context) }
        unsafe da_sqlite_result_blob(context, blob, UInt64(blob.count))
    }

    /// The bytes of hexadecimal digits; what is ignored may stand between two bytes, not within one.
    private static func decoded(_ digits: [UInt8], ignoring ignored: [UInt8]) -> [UInt8]? {
        let ignored = Set(String(decoding: ignored, as: UTF8.self))
        var half: UInt8?
        var blob: [UInt8] = []
        for character in String(decoding: digits, as: UTF8.self) {
            if let digit = character.isASCII ? character.hexDigitValue.map(UInt8.init) : nil {
                if let high = half.take() { blob.append(high << 4 | digit) } else { half = digit }
            } else if half != nil || !ignored.contains(character) {
                return nil
            }
        }
        return half == nil ? blob : nil
    }

    /// What `string_agg` has put together so far.
    private final class Joined {
        var bytes: [UInt8] = []
    }

    /// Where SQLite keeps a reference to what an aggregate has put together; nil before its first step.
    @unsafe private static func slot(
        _ context: OpaquePointer?,
        _ size: Int32
    ) -> UnsafeMutablePointer<Unmanaged<Joined>?>? {
        unsafe sqlite3_aggregate_context(context, size)?.assumingMemoryBound(to: Unmanaged<Joined>?.self)
    }

    private static let addToAggregate: Body = { context, _, values in
        guard let bytes = unsafe bytes(values, 0) else { return }
        guard let slot = unsafe slot(context, Int32(MemoryLayout<Unmanaged<Joined>?>.size)) else { return }
        if let joined = unsafe slot.pointee?.takeUnretainedValue() {
            joined.bytes += unsafe SQLFunctions.bytes(values, 1) ?? []
            joined.bytes += bytes
            if joined.bytes.count > SQLLimits.valueBytes { unsafe sqlite3_result_error_toobig(context) }
        } else {
            let joined = Joined()
            joined.bytes = bytes
            unsafe slot.pointee = Unmanaged.passRetained(joined)
        }
    }

    private static let finishAggregate: @convention(c) (OpaquePointer?) -> Void = { context in
        guard let joined = unsafe slot(context, 0)?.pointee?.takeRetainedValue() else {
            return unsafe sqlite3_result_null(context)
        }
        unsafe answer(joined.bytes, context)
    }

    /// An argument as the bytes of its text, or nil for NULL.
    private static func bytes(_ values: UnsafeMutablePointer<OpaquePointer?>?, _ index: Int) -> [UInt8]? {
        guard let value = unsafe values?[index], unsafe sqlite3_value_type(value) != SQLITE_NULL else { return nil }
        let start = unsafe sqlite3_value_blob(value)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
    }

    private static func answer(_ bytes: some Sequence<UInt8>, _ context: OpaquePointer?) {
        let bytes = Array(bytes)
        guard bytes.count <= SQLLimits.valueBytes else { return unsafe sqlite3_result_error_toobig(context) }
        unsafe bytes.withUnsafeBytes { text in
            unsafe da_sqlite_result_text(context, text.bindMemory(to: CChar.self).baseAddress, UInt64(bytes.count))
        }
    }
}
