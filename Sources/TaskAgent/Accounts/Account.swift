public import Distributed
public import DurableActors

/// One user: credentials, keys, credits. Named by the user's id.
///
/// Everything a user owns is in this one object's tables, so each change of it is one commit.
public distributed actor Account: DurableObject {
    /// The account's own state of the runtime.
    public let ctx: DurableObjectState
    private var tables = ObjectTables(AccountTables.schema)

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// The database; nil for an account that was never opened, of which nothing is kept.
    private var sql: SqlStorage? { get throws { try tables.found(in: ctx.storage) } }

    private var opened: SqlStorage {
        get throws {
            guard let sql = try sql else { throw TaskAgentError.notFound("Account not found") }
            return sql
        }
    }

    /// Opens the account; a second time it stays as it was, and the answer is false.
    distributed func open(_ profile: AccountProfile, credits: Int) async throws -> Bool {
        let sql = try tables.made(in: ctx.storage)
        let userId = ctx.id.name ?? ctx.id.description
        return try !sql(
            """
            INSERT INTO user (id, email, name, password_salt, password_hash, password_rounds, credits, created_at)
            VALUES (
                \(userId), \(profile.email), \(profile.name), \(profile.passwordSalt), \(profile.passwordHash),
                \(profile.passwordRounds), \(credits), \(profile.createdAt)
            )
            ON CONFLICT (id) DO NOTHING RETURNING id
            """
        ).isEmpty
    }

    /// Who the user is; nil for an account that was never opened.
    distributed func profile() async throws -> AccountProfile? {
        try sql?(
            """
            SELECT email, name, password_salt AS passwordSalt, password_hash AS passwordHash,
                password_rounds AS passwordRounds, created_at AS createdAt
            FROM user
            """,
            as: AccountProfile.self
        ).first
    }

    /// Adds a key, of which only the hash is kept.
    distributed func addKey(_ row: KeyRow, hash: String) async throws {
        try opened(
            """
            INSERT INTO apikey (id, user_id, name, hashed_key, created_at, expires_at)
            SELECT \(row.id), id, \(row.name), \(hash), \(row.createdAt), \(row.expiresAt) FROM user
            """
        )
    }

    /// The key with that hash.
    distributed func key(hash: String) async throws -> KeyRow? {
        try sql?(
            """
            SELECT id, name, created_at AS createdAt, expires_at AS expiresAt
            FROM apikey
            WHERE hashed_key = \(hash)
            LIMIT 1
            """,
            as: KeyRow.self
        ).first
    }

    /// What is left to spend.
    distributed func credits() async throws -> Int {
        try sql?("SELECT credits FROM user", as: Int.self).first ?? 0
    }

    /// Sets a credit aside for a task that is about to start; false when none is left that is not set aside.
    distributed func reserve(charge: String, expiresAt: Int64) async throws -> Bool {
        let sql = try opened
        guard try available(sql, except: charge) > 0 else { return false }
        try sql("INSERT OR REPLACE INTO reservation (workflow_id, expires_at) VALUES (\(charge), \(expiresAt))")
        return true
    }

    /// Gives back what was set aside for a task that will not be charged.
    distributed func release(charge: String) async throws {
        try opened("DELETE FROM reservation WHERE workflow_id = \(charge)")
    }

    /// Takes credits for one task, once however often it is asked; returns how many it took.
    ///
    /// It takes no more than is left, nor what is set aside for others. The charge, of which there can be one for a task,
    /// and the new balance, which cannot be below zero, are one commit: a retry after a crash finds both or neither.
    distributed func deduct(_ amount: Int, charge: String) async throws -> Int {
        let sql = try opened
        return try ctx.storage.transactionSync {
            let taken = try min(amount, available(sql, except: charge))
            let isNew = try !sql(
                """
                INSERT INTO charge (workflow_id, amount, created_at) VALUES (\(charge), \(taken), \(ctx.now))
                ON CONFLICT (workflow_id) DO NOTHING RETURNING workflow_id
                """
            ).isEmpty
            guard isNew else {
                return try sql.exec("SELECT amount FROM charge WHERE workflow_id = ?", charge).one(as: Int.self)
            }
            try sql("UPDATE user SET credits = credits - \(taken)")
            try sql("DELETE FROM reservation WHERE workflow_id = \(charge)")
            return taken
        }
    }

    /// What is left and not set aside for other tasks; forgets what was set aside until a time that is over.
    private func available(_ sql: SqlStorage, except charge: String) throws -> Int {
        try sql("DELETE FROM reservation WHERE expires_at <= \(ctx.now)")
        return try sql.exec(
            "SELECT max(0, credits - (SELECT count(*) FROM reservation WHERE workflow_id <> ?)) FROM user",
            charge
        ).one(as: Int.self)
    }

    /// Keeps a ticket for a socket, good once and for a short time.
    distributed func addTicket(hash: String, expiresAt: Int64) async throws {
        let sql = try opened
        try sql("DELETE FROM ticket WHERE expires_at <= \(ctx.now)")
        try sql("INSERT INTO ticket (hashed_ticket, expires_at) VALUES (\(hash), \(expiresAt))")
    }

    /// Uses a ticket up; false when it is unknown, used or too old.
    distributed func consumeTicket(hash: String) async throws -> Bool {
        let expiresAt = try sql?(
            "DELETE FROM ticket WHERE hashed_ticket = \(hash) RETURNING expires_at",
            as: Int64.self
        ).first
        return expiresAt.map { $0 > ctx.now } ?? false
    }
}
