internal import Distributed
internal import DurableActors

/// Sign-up, keys and tickets over the three kinds of objects that hold them.
struct Accounts: Sendable {
    let env: TaskAgentEnv

    /// A user as far as a request is concerned.
    struct User: Codable, Sendable {
        let id: String
    }

    /// A key or token as the user gets it, once.
    struct IssuedKey: Codable, Sendable {
        let key: String
        let id: String
        let expiresAt: Int64?
    }

    /// Opens an account for an address; throws when the address is taken.
    func signUp(email: String, password: String, name: String) async throws -> (User, IssuedKey) {
        guard email.contains("@"), email.utf8.count <= 254 else { throw TaskAgentError.invalid("Invalid email") }
        guard password.utf8.count >= 8, password.utf8.count <= 1024 else {
            throw TaskAgentError.invalid("Password must have 8 to 1024 bytes")
        }
        let salt = env.world.random.bytes(16)
        let rounds = env.settings.passwordRounds
        let hash = await passwordHash(password, salt: salt, rounds: rounds)
        // An address whose sign-up was cut before its account was opened is reserved for a user who does not exist yet.
        let userId = try await env.emailIndex.getByName(email.lowercased())
            .reserve("usr_" + env.world.random.token(21))
        let profile = AccountProfile(
            email: email,
            name: name,
            passwordSalt: salt,
            passwordHash: hash,
            passwordRounds: rounds,
            createdAt: env.world.clock.nowMilliseconds
        )
        guard try await env.accounts.getByName(userId).open(profile, credits: env.settings.initialCredits) else {
            throw TaskAgentError.conflict("User already exists")
        }
        return (User(id: userId), try await issueToken(userId))
    }

    /// A new token for a user who knows the password.
    func signIn(email: String, password: String) async throws -> (User, IssuedKey) {
        guard let userId = try await env.emailIndex.getByName(email.lowercased()).userId(),
            let profile = try await env.accounts.getByName(userId).profile()
        else { throw TaskAgentError.unauthorized("Invalid email or password") }
        let hash = await passwordHash(password, salt: profile.passwordSalt, rounds: profile.passwordRounds)
        guard Digest.equalInConstantTime(hash, profile.passwordHash) else {
            throw TaskAgentError.unauthorized("Invalid email or password")
        }
        return (User(id: userId), try await issueToken(userId))
    }

    /// Makes a key; only its hash is kept, so this is the one time it can be read.
    func issueKey(_ userId: String, name: String?, expiresInMilliseconds: Int64?) async throws -> IssuedKey {
        try await issue("key_", userId, name: name, expiresInMilliseconds: expiresInMilliseconds)
    }

    private func issueToken(_ userId: String) async throws -> IssuedKey {
        try await issue("tok_", userId, name: "sign-in", expiresInMilliseconds: env.settings.tokenMilliseconds)
    }

    private func issue(
        _ prefix: String,
        _ userId: String,
        name: String?,
        expiresInMilliseconds: Int64?
    ) async throws -> IssuedKey {
        let now = env.world.clock.nowMilliseconds
        let key = prefix + env.world.random.token(32)
        let row = KeyRow(
            id: "kid_" + env.world.random.token(12),
            name: name,
            createdAt: now,
            expiresAt: expiresInMilliseconds.map { now + $0 }
        )
        // The account first: an index entry that leads nowhere would be an answered key that does not work.
        try await env.accounts.getByName(userId).addKey(row, hash: Self.hash(key))
        try await env.keyIndex.getByName(Self.hash(key)).set(userId)
        return IssuedKey(key: key, id: row.id, expiresAt: row.expiresAt)
    }

    /// Whose key it is; throws `Invalid API key` or `API key expired`.
    func validate(_ key: String) async throws -> User {
        let hash = Self.hash(key)
        guard let userId = try await env.keyIndex.getByName(hash).userId(),
            let row = try await env.accounts.getByName(userId).key(hash: hash)
        else { throw TaskAgentError.unauthorized("Invalid API key") }
        if let expiresAt = row.expiresAt, expiresAt <= env.world.clock.nowMilliseconds {
            throw TaskAgentError.unauthorized("API key expired")
        }
        return User(id: userId)
    }

    /// A ticket with which a browser, which cannot send headers, opens one socket.
    func issueTicket(_ userId: String) async throws -> (ticket: String, expiresAt: Int64) {
        let ticket = "tkt_" + env.world.random.token(32)
        let expiresAt = env.world.clock.nowMilliseconds + env.settings.ticketMilliseconds
        try await env.accounts.getByName(userId).addTicket(hash: Self.hash(ticket), expiresAt: expiresAt)
        return ("\(userId).\(ticket)", expiresAt)
    }

    /// Uses a ticket up; throws when it is unknown, used or too old.
    func consumeTicket(_ text: String) async throws -> User {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2,
            try await env.accounts.getByName(parts[0]).consumeTicket(hash: Self.hash(parts[1]))
        else { throw TaskAgentError.unauthorized("Invalid ticket") }
        return User(id: parts[0])
    }

    static func hash(_ key: String) -> String { Hex.encode(Digest.sha256(key.utf8)) }

    /// Hashes a password off the workers, since it takes long on purpose.
    private func passwordHash(_ password: String, salt: [UInt8], rounds: Int) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            env.world.scheduler.runBlocking {
                continuation.resume(returning: Digest.passwordHash(password, salt: salt, iterations: rounds))
            }
        }
    }
}
