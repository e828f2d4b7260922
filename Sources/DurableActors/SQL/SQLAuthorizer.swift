internal import CSQLite

/// What an object's SQL may do; asked for each thing that a statement touches while it is prepared.
enum SQLAuthorizer {
    static let transactionRefusal = """
        To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() APIs instead \
        of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript API is safer because it will automatically roll \
        back on exceptions, and because it interacts correctly with Durable Objects' automatic atomic write coalescing.
        """

    /// Whether an action is allowed; `first` and `second` mean what SQLite's documentation has for it.
    static func allows(_ action: Int32, _ first: String?, _ second: String?, database: String?) -> Bool {
        let database = action == SQLITE_ALTER_TABLE ? first : database
        guard database == nil || database == "main" else {
            return database == "temp" && (action == SQLITE_READ || action == SQLITE_UPDATE) && isFree(first)
        }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE, SQLITE_ANALYZE:
            return true
        case SQLITE_READ:
            return isFree(first) && first != "sqlite_stmt"
        case SQLITE_CREATE_TABLE, SQLITE_DROP_TABLE, SQLITE_CREATE_VIEW, SQLITE_DROP_VIEW, SQLITE_REINDEX,
            SQLITE_INSERT,
            SQLITE_UPDATE, SQLITE_DELETE:
            return isFree(first)
        case SQLITE_ALTER_TABLE:
            return isFree(second)
        case SQLITE_CREATE_INDEX, SQLITE_DROP_INDEX, SQLITE_CREATE_TRIGGER, SQLITE_DROP_TRIGGER:
            return isFree(first) && isFree(second)
        case SQLITE_CREATE_VTABLE, SQLITE_DROP_VTABLE:
            return isFree(first) && modules.contains((second ?? "").lowercased())
        case SQLITE_PRAGMA:
            return allowsPragma((first ?? "").lowercased(), second)
        case SQLITE_FUNCTION:
            return functions.contains((second ?? "").lowercased())
        default:
            return false
        }
    }

    /// Whether a table or index is the application's own, or to become so.
    private static func isFree(_ name: String?) -> Bool {
        !(name ?? "").lowercased().hasPrefix(reserved)
    }

    /// Whether the text of an `ALTER TABLE` has a reserved name in it; SQLite does not ask about the new name.
    static func namesReserved(_ text: some StringProtocol) -> Bool {
        let text = Array(text.lowercased().utf8)
        let name = Array(reserved.utf8)
        return text.indices.contains { start in
            text[start...].starts(with: name) && (start == 0 || !isIdentifier(text[start - 1]))
        }
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
            UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private static let reserved = "_cf_"
    private static let modules: Set = ["fts5", "fts5vocab", "rtree", "rtree_i32"]

    private enum PragmaArgument {
        case none, anything, boolean, name, optionalName, optionalNumber, optionalNumberOrName
    }

    private static let pragmas: [String: PragmaArgument] = [
        "data_version": .none, "page_size": .none, "table_list": .anything,
        "table_info": .name, "table_xinfo": .name, "foreign_key_list": .name,
        "index_info": .name, "index_list": .name, "index_xinfo": .name,
        "case_sensitive_like": .boolean, "foreign_keys": .boolean, "defer_foreign_keys": .boolean,
        "ignore_check_constraints": .boolean, "legacy_alter_table": .boolean, "recursive_triggers": .boolean,
        "reverse_unordered_selects": .boolean,
        "foreign_key_check": .optionalName, "quick_check": .optionalNumberOrName, "optimize": .optionalNumber,
    ]

    private static func allowsPragma(_ pragma: String, _ argument: String?) -> Bool {
        switch pragmas[pragma] {
        case nil: false
        case .some(.none): argument == nil
        case .anything: true
        case .boolean: argument.map(isBoolean) ?? true
        case .name: argument != nil && isFree(argument)
        case .optionalName: isFree(argument)
        case .optionalNumber: argument.map { Int32($0) != nil } ?? true
        case .optionalNumberOrName: argument.map { UInt32($0) != nil || isFree($0) } ?? true
        }
    }

    private static func isBoolean(_ argument: String) -> Bool {
        var word = argument.lowercased().filter { $0 != " " }[...]
        if let quote = word.first, quote == "'" || quote == "\"", word.count > 1, word.last == quote {
            word = word.dropFirst().dropLast()
        }
        return ["true", "false", "yes", "no", "on", "off", "1", "0"].contains(word)
    }

    /// Those that say nothing about the library and reach nothing outside the database.
    private static let functions = Set(
        """
        abs changes char coalesce concat concat_ws format glob hex ifnull iif instr last_insert_rowid length like \
        likelihood likely lower ltrim max min nullif octet_length printf quote random randomblob replace round rtrim sign \
        soundex substr substring total_changes trim typeof unhex unicode unlikely upper zeroblob \
        date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp \
        avg count group_concat string_agg sum total \
        row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value \
        acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power \
        radians sin sinh sqrt tan tanh trunc \
        json jsonb json_array jsonb_array json_array_length json_extract jsonb_extract -> ->> json_insert jsonb_insert \
        json_object jsonb_object json_patch jsonb_patch json_remove jsonb_remove json_replace jsonb_replace json_set \
        jsonb_set json_type json_valid json_quote json_group_array jsonb_group_array json_group_object \
        jsonb_group_object json_each json_tree \
        match highlight bm25 snippet rtreecheck \
        sqlite_rename_column sqlite_rename_table sqlite_rename_test sqlite_drop_column sqlite_rename_quotefix
        """.split(separator: " ").map(String.init)
    )
}
