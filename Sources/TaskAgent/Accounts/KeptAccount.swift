internal import DurableActors

/// An account as it was kept before there were tables: a value under a key of its own for each row.
enum KeptAccount {
    struct Credits: Codable, Sendable {
        let balance: Int
    }

    struct Charge: Codable, Sendable {
        let amount: Int
        let at: Int64
    }

    /// A reservation or a ticket.
    struct Expiring: Codable, Sendable {
        let expiresAt: Int64
    }

    /// Takes it out of the storage, and gives the statements that put it into the first version of the tables.
    static func adopt(_ storage: DurableObjectStorage) throws -> [SqlQuery] {
        guard let (userId, user) = try storage.takeKept("profile/", as: AccountProfile.self).first else { return [] }
        // An account could be in debt once, when a task cost more than was left; what is spent since ends at nothing.
        let credits = max(0, try storage.takeKept("credits/", as: Credits.self).first?.row.balance ?? 0)
        var statements: [SqlQuery] = [
            """
            INSERT INTO user (id, email, name, password_salt, password_hash, password_rounds, credits, created_at)
            VALUES (
                \(userId), \(user.email), \(user.name), \(user.passwordSalt), \(user.passwordHash),
                \(user.passwordRounds), \(credits), \(user.createdAt)
            )
            """
        ]
        statements += try storage.takeKept("apikey/", as: KeyRow.self).map { hash, key in
            """
            INSERT INTO apikey (id, user_id, name, hashed_key, created_at, expires_at)
            VALUES (\(key.id), \(userId), \(key.name), \(hash), \(key.createdAt), \(key.expiresAt))
            """
        }
        statements += try storage.takeKept("charge/", as: Charge.self).map { workflowId, charge in
            """
            INSERT INTO charge (workflow_id, amount, created_at)
            VALUES (\(workflowId), \(charge.amount), \(charge.at))
            """
        }
        statements += try storage.takeKept("reservation/", as: Expiring.self).map { workflowId, row in
            "INSERT INTO reservation (workflow_id, expires_at) VALUES (\(workflowId), \(row.expiresAt))"
        }
        statements += try storage.takeKept("ticket/", as: Expiring.self).map { hash, row in
            "INSERT INTO ticket (hashed_ticket, expires_at) VALUES (\(hash), \(row.expiresAt))"
        }
        return statements
    }
}
