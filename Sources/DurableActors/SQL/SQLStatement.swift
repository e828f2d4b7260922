internal import CSQLite

/// A prepared statement: a handle that its connection owns and finalizes.
@safe final class SQLStatement: @unchecked Sendable {
    // Safe because a handle is used only on its connection's executor, by the connection or by a cursor that knows it to be
    // open; elsewhere it is only passed on.
    let pointer: OpaquePointer
    /// What its columns were called when it had been prepared anew so many times.
    private var columns: (names: [String], preparations: Int32)?

    /// Whether it can change nothing in the database, nor when its constraints are looked at.
    let isReadOnly: Bool

    /// `writes` says that it changes something of which SQLite does not know beforehand.
    init(pointer: OpaquePointer, writes: Bool) {
        unsafe self.pointer = unsafe pointer
        isReadOnly = unsafe sqlite3_stmt_readonly(pointer) != 0 && !writes
    }

    var parameterCount: Int { Int(unsafe sqlite3_bind_parameter_count(pointer)) }

    var columnNames: [String] {
        let preparations = unsafe sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_REPREPARE, 0)
        if let columns, columns.preparations == preparations { return columns.names }
        let names = unsafe (0..<sqlite3_column_count(pointer)).map { index in
            unsafe sqlite3_column_name(pointer, index).map { unsafe String(cString: $0) } ?? ""
        }
        columns = (names, preparations)
        return names
    }

    /// How many rows the scans of whole tables have passed since the statement was last reset.
    var rowsScanned: Int {
        let steps = Int(unsafe sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0))
        return steps == 0 ? 0 : steps + 1
    }

    /// The values of the row it stands on.
    var row: [SqlStorageValue] {
        let count = Int(unsafe sqlite3_data_count(pointer))
        var values: [SqlStorageValue] = []
        values.reserveCapacity(count)
        for index in 0..<count { values.append(value(Int32(index))) }
        return values
    }

    private func value(_ index: Int32) -> SqlStorageValue {
        switch unsafe sqlite3_column_type(pointer, index) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(pointer, index))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(pointer, index))
        case SQLITE_TEXT:
            guard let text = unsafe sqlite3_column_text(pointer, index) else { return .text("") }
            let count = Int(unsafe sqlite3_column_bytes(pointer, index))
            return .text(unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let bytes = unsafe sqlite3_column_blob(pointer, index)
            let count = Int(unsafe sqlite3_column_bytes(pointer, index))
            return .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count)))
        default: return .null
        }
    }

    /// Binds a value to a parameter, counted from one; SQLite's result code.
    func bind(_ value: SqlStorageValue, _ index: Int32) -> Int32 {
        switch value {
        case .null: unsafe sqlite3_bind_null(pointer, index)
        case .integer(let number): unsafe sqlite3_bind_int64(pointer, index, number)
        case .real(let number): unsafe sqlite3_bind_double(pointer, index, number)
        case .text(var text):
            text.withUTF8 { bytes in
                guard let start = bytes.baseAddress else {
                    return unsafe da_sqlite_bind_text(pointer, index, "", 0)
                }
                return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    unsafe da_sqlite_bind_text(pointer, index, $0, UInt64(bytes.count))
                }
            }
        case .blob(let bytes):
            bytes.isEmpty
                ? unsafe sqlite3_bind_zeroblob(pointer, index, 0)
                : unsafe bytes.withUnsafeBytes {
                    unsafe da_sqlite_bind_blob(pointer, index, $0.baseAddress, UInt64($0.count))
                }
        }
    }

    /// Ends the run, if one is under way, and forgets the bindings.
    func reset() {
        unsafe sqlite3_reset(pointer)
        unsafe sqlite3_clear_bindings(pointer)
        unsafe sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1)
    }
}
