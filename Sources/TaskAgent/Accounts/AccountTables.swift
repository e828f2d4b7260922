internal import DurableActors

/// The tables of an account.
///
/// Times are milliseconds since 1970; of keys and tickets only the hash is kept.
enum AccountTables {
    static let schema = ObjectTables.Schema(
        version: 1,
        statements: """
            CREATE TABLE IF NOT EXISTS user (
                id TEXT PRIMARY KEY NOT NULL,
                email TEXT NOT NULL,
                name TEXT NOT NULL,
                password_salt BLOB NOT NULL,
                password_hash BLOB NOT NULL,
                password_rounds INTEGER NOT NULL,
                credits INTEGER NOT NULL CHECK (credits >= 0),
                created_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS apikey (
                id TEXT PRIMARY KEY NOT NULL,
                user_id TEXT NOT NULL REFERENCES user (id),
                name TEXT,
                hashed_key TEXT NOT NULL UNIQUE,
                created_at INTEGER NOT NULL,
                expires_at INTEGER
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS charge (
                workflow_id TEXT PRIMARY KEY NOT NULL,
                amount INTEGER NOT NULL CHECK (amount >= 0),
                created_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS reservation (
                workflow_id TEXT PRIMARY KEY NOT NULL,
                expires_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS ticket (
                hashed_ticket TEXT PRIMARY KEY NOT NULL,
                expires_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            """,
        adopt: KeptAccount.adopt
    )
}
