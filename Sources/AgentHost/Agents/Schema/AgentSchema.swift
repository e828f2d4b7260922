internal import DurableActors

/// The framework's tables in an agent's database, whose names and columns other tools know.
struct AgentSchema {
    /// The version these tables are of.
    static let version = "11"

    struct Table {
        let name: String
        let columns: [String]
        let sql: String

        /// `body` has a column or a constraint a line.
        init(_ name: String, _ body: String) {
            self.name = name
            sql = "CREATE TABLE \(name) (\n\(body)\n)"
            columns = body.split(separator: "\n").compactMap { line in
                let word = line.drop { $0 == " " }.prefix { $0 != " " }
                return word.first?.isLowercase == true ? String(word) : nil
            }
        }
    }

    static let tables = [
        Table("cf_agents_state", "id TEXT PRIMARY KEY NOT NULL,\nstate TEXT"),
        Table(
            "cf_agents_queues",
            """
            id TEXT PRIMARY KEY NOT NULL,
            payload TEXT,
            callback TEXT,
            created_at INTEGER DEFAULT (unixepoch()),
            retry_options TEXT
            """
        ),
        Table(
            "cf_agents_schedules",
            """
            id TEXT PRIMARY KEY NOT NULL DEFAULT (randomblob(9)),
            callback TEXT,
            payload TEXT,
            type TEXT NOT NULL CHECK(type IN ('scheduled', 'delayed', 'cron', 'interval')),
            time INTEGER,
            delayInSeconds INTEGER,
            cron TEXT,
            intervalSeconds INTEGER,
            running INTEGER DEFAULT 0,
            created_at INTEGER DEFAULT (unixepoch()),
            execution_started_at INTEGER,
            retry_options TEXT,
            owner_path TEXT,
            owner_path_key TEXT
            """
        ),
        Table(
            "cf_agents_workflows",
            """
            id TEXT PRIMARY KEY NOT NULL,
            workflow_id TEXT NOT NULL UNIQUE,
            workflow_name TEXT NOT NULL,
            status TEXT NOT NULL CHECK(status IN ('queued', 'running', 'paused', 'errored', 'terminated', 'complete', 'waiting', 'waitingForPause', 'unknown')),
            metadata TEXT,
            error_name TEXT,
            error_message TEXT,
            created_at INTEGER NOT NULL DEFAULT (unixepoch()),
            updated_at INTEGER NOT NULL DEFAULT (unixepoch()),
            completed_at INTEGER
            """
        ),
        Table(
            "cf_agents_mcp_servers",
            """
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            server_url TEXT NOT NULL,
            callback_url TEXT NOT NULL,
            client_id TEXT,
            auth_url TEXT,
            server_options TEXT
            """
        ),
        Table(
            "cf_agents_runs",
            """
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            snapshot TEXT,
            created_at INTEGER NOT NULL
            """
        ),
        Table(
            "cf_agents_fibers",
            """
            fiber_id TEXT PRIMARY KEY,
            idempotency_key TEXT UNIQUE,
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            snapshot TEXT,
            metadata_json TEXT,
            error_message TEXT,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            completed_at INTEGER
            """
        ),
        Table(
            "cf_agents_facet_runs",
            """
            owner_path TEXT NOT NULL,
            owner_path_key TEXT NOT NULL,
            run_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY(owner_path_key, run_id)
            """
        ),
    ]

    private static let indexes = [
        "CREATE INDEX IF NOT EXISTS idx_workflows_status ON cf_agents_workflows(status)",
        "CREATE INDEX IF NOT EXISTS idx_workflows_name ON cf_agents_workflows(workflow_name)",
        // Not of the SDK, which reads all schedules whenever one is made.
        "CREATE INDEX IF NOT EXISTS idx_schedules_time ON cf_agents_schedules(time)",
    ]

    let execute: (SqlQuery) throws -> [SqlStorageRow]

    /// Makes what is missing and remakes what is of an older version, with its rows; does nothing at this version.
    func migrate() throws {
        let known = try sql("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'cf_agents_%'")
        let texts = Dictionary(known.map { ($0["name"]?.text ?? "", $0["sql"]?.text ?? "") }) { $1 }
        if texts["cf_agents_state"] != nil,
            try sql("SELECT state FROM cf_agents_state WHERE id = 'cf_schema_version'").first?["state"]?.text
                == Self.version
        {
            return
        }
        for table in Self.tables { try prepare(table, now: texts[table.name]) }
        for index in Self.indexes { try sql(SqlQuery(stringLiteral: index)) }
        try sql("DELETE FROM cf_agents_state WHERE id = 'cf_state_was_changed'")
        try sql("INSERT OR REPLACE INTO cf_agents_state (id, state) VALUES ('cf_schema_version', \(Self.version))")
    }

    @discardableResult
    private func sql(_ query: SqlQuery) throws -> [SqlStorageRow] { try execute(query) }

    private func prepare(_ table: Table, now text: String?) throws {
        guard let text else {
            try sql(SqlQuery(stringLiteral: table.sql))
            return
        }
        let found = try sql("SELECT name FROM pragma_table_info(\(table.name))").compactMap { $0["name"]?.text }
        let isCurrent = found == table.columns && (text.contains("'interval'") || !table.sql.contains("'interval'"))
        guard !isCurrent else { return }
        let common = table.columns.filter(found.contains).joined(separator: ", ")
        let old = table.name + "_old"
        for statement in [
            "ALTER TABLE \(table.name) RENAME TO \(old)", table.sql,
            "INSERT INTO \(table.name) (\(common)) SELECT \(common) FROM \(old)", "DROP TABLE \(old)",
        ] {
            try sql(SqlQuery(stringLiteral: statement))
        }
    }
}
