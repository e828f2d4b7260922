internal import CSQLite

/// What SQLite refused, with its text as Durable Objects give it.
///
/// The object stays as it is, unless the failure has undone the turn's transaction (a full disk, an error of the disk, a
/// statement that wrote for too long): then the object is reset.
public struct SQLFailure: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// The primary result codes of SQLite, as a set that can grow.
    public struct Code: Sendable, Hashable, Codable, RawRepresentable {
        /// SQLite's number.
        public let rawValue: Int32
        /// Makes a code from SQLite's number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// Wrong SQL, or a function's refusal.
        public static let error = Code(rawValue: SQLITE_ERROR)
        /// A constraint does not hold.
        public static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
        /// Something that an object's SQL may not do.
        public static let authorization = Code(rawValue: SQLITE_AUTH)
        /// A text, blob, row or statement is too big.
        public static let tooBig = Code(rawValue: SQLITE_TOOBIG)
        /// The database is as large as it may be, or the disk is full.
        public static let full = Code(rawValue: SQLITE_FULL)
        /// The call took longer than it may.
        public static let interrupted = Code(rawValue: SQLITE_INTERRUPT)
    }

    /// The text alone, such as `no such table: t: SQLITE_ERROR`.
    public let description: String
    /// What kind of refusal it is.
    public let code: Code
    /// SQLite's extended number, which tells a unique constraint from a foreign key.
    public let extendedCode: Int32
    /// Whether the turn's transaction is undone.
    package let endedTransaction: Bool

    /// `offset` is where in the statement the trouble is, or -1.
    package init(_ extendedCode: Int32, _ message: String, offset: Int32 = -1, endedTransaction: Bool = false) {
        code = Code(rawValue: extendedCode & 0xFF)
        self.extendedCode = extendedCode
        self.endedTransaction = endedTransaction
        let place = offset < 0 ? "" : " at offset \(offset)"
        let detail = Self.extendedName(extendedCode).map { " (extended: \($0))" } ?? ""
        description = "\(message)\(place): \(Self.name(extendedCode))\(detail)"
    }

    /// A refusal with a text of its own.
    init(refusal: String) {
        description = refusal
        code = .authorization
        extendedCode = SQLITE_AUTH
        endedTransaction = false
    }

    /// Whether the data breaks a constraint.
    package var isConstraint: Bool { code == .constraint }

    private static func name(_ code: Int32) -> String {
        let primary = Int(code & 0xFF)
        return names.indices.contains(primary) ? "SQLITE_\(names[primary])" : "SQLITE_\(primary)"
    }

    private static func extendedName(_ code: Int32) -> String? {
        let number = Int(code >> 8)
        guard number > 0, let known = details[code & 0xFF], number <= known.count else { return nil }
        return "\(name(code))_\(known[number - 1])"
    }

    /// Names of the primary codes, by their numbers.
    private static let names = [
        "OK", "ERROR", "INTERNAL", "PERM", "ABORT", "BUSY", "LOCKED", "NOMEM", "READONLY", "INTERRUPT", "IOERR",
        "CORRUPT",
        "NOTFOUND", "FULL", "CANTOPEN", "PROTOCOL", "EMPTY", "SCHEMA", "TOOBIG", "CONSTRAINT", "MISMATCH", "MISUSE",
        "NOLFS", "AUTH", "FORMAT", "RANGE", "NOTADB", "NOTICE", "WARNING",
    ]

    /// Ends of the names of the extended codes, which count from one within each primary code.
    private static let details: [Int32: [String]] = [
        SQLITE_ERROR: ["MISSING_COLLSEQ", "RETRY", "SNAPSHOT"],
        SQLITE_ABORT: ["ABORT", "ROLLBACK"],
        SQLITE_BUSY: ["RECOVERY", "SNAPSHOT", "TIMEOUT"],
        SQLITE_LOCKED: ["SHAREDCACHE", "VTAB"],
        SQLITE_READONLY: ["RECOVERY", "CANTLOCK", "ROLLBACK", "DBMOVED", "CANTINIT", "DIRECTORY"],
        SQLITE_IOERR: [
            "READ", "SHORT_READ", "WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "FSTAT", "UNLOCK", "RDLOCK", "DELETE",
            "BLOCKED",
            "NOMEM", "ACCESS", "CHECKRESERVEDLOCK", "LOCK", "CLOSE", "DIR_CLOSE", "SHMOPEN", "SHMSIZE", "SHMLOCK",
            "SHMMAP",
            "SEEK", "DELETE_NOENT", "MMAP", "GETTEMPPATH", "CONVPATH", "VNODE", "AUTH", "BEGIN_ATOMIC", "COMMIT_ATOMIC",
            "ROLLBACK_ATOMIC", "DATA", "CORRUPTFS",
        ],
        SQLITE_CORRUPT: ["VTAB", "SEQUENCE", "INDEX"],
        SQLITE_CANTOPEN: ["NOTEMPDIR", "ISDIR", "FULLPATH", "CONVPATH", "DIRTYWAL", "SYMLINK"],
        SQLITE_CONSTRAINT: [
            "CHECK", "COMMITHOOK", "FOREIGNKEY", "FUNCTION", "NOTNULL", "PRIMARYKEY", "TRIGGER", "UNIQUE", "VTAB",
            "ROWID",
            "PINNED", "DATATYPE",
        ],
    ]
}
