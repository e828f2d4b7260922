import Distributed
import DurableActors
import DurableActorsTestKit
@testable import TaskAgent

/// An account as hosts without tables kept it, and what has become of it.
struct OldAccount {
    static let userId = "usr_old"
    static let salt: [UInt8] = [1, 2, 3, 4]
    static let (goodKey, expiredKey, ticket) = ("key_good", "key_expired", "tkt_good")
    static let tableNames = ["user", "apikey", "charge", "reservation", "ticket", "schema_version"]

    /// Until when what is not over is good.
    let later: Int64
    let site: TaskSite

    /// Writes the rows in the encoding of then.
    init(in site: TaskSite, credits: Int = 41) throws {
        self.site = site
        let later = site.host.world.clock.nowMilliseconds + 3_600_000
        self.later = later
        try Self.inside(site) { storage in
            let profile = Profile(
                email: "Ada@example.org",
                name: "Ada",
                passwordSalt: Self.salt,
                passwordHash: Self.passwordHash,
                passwordRounds: 1,
                createdAt: 5
            )
            try storage.kv.put("profile/\(Self.userId)", profile)
            try storage.kv.put("credits/\(Self.userId)", ["balance": credits])
            let good = Key(id: "kid_1", name: nil, createdAt: 6, expiresAt: nil)
            try storage.kv.put("apikey/" + Accounts.hash(Self.goodKey), good)
            let expired = Key(id: "kid_2", name: "laptop", createdAt: 7, expiresAt: 8)
            try storage.kv.put("apikey/" + Accounts.hash(Self.expiredKey), expired)
            try storage.kv.put("charge/wf_1", ["amount": 3, "at": 1000])
            try storage.kv.put("charge/wf_2", ["amount": 0, "at": 2000])
            try storage.kv.put("reservation/wf_3", ["expiresAt": later])
            try storage.kv.put("reservation/wf_4", ["expiresAt": 9])
            try storage.kv.put("ticket/" + Accounts.hash(Self.ticket), ["expiresAt": later])
        }
        let env = site.host.bindings.env
        try site.host.run {
            try await env.keyIndex.getByName(Accounts.hash(Self.goodKey)).set(Self.userId)
            try await env.keyIndex.getByName(Accounts.hash(Self.expiredKey)).set(Self.userId)
            _ = try await env.emailIndex.getByName("ada@example.org").reserve(Self.userId)
        }
    }

    /// The rows that the tables then have.
    var expected: [String: [[SqlStorageValue]]] {
        let id = SqlStorageValue.text(Self.userId)
        return [
            "user": [[id, "Ada@example.org", "Ada", .blob(Self.salt), .blob(Self.passwordHash), 1, 41, 5]],
            "apikey": [
                ["kid_1", id, .null, .text(Accounts.hash(Self.goodKey)), 6, .null],
                ["kid_2", id, "laptop", .text(Accounts.hash(Self.expiredKey)), 7, 8],
            ],
            "charge": [["wf_1", 3, 1000], ["wf_2", 0, 2000]],
            "reservation": [["wf_3", .integer(later)], ["wf_4", 9]],
            "ticket": [[.text(Accounts.hash(Self.ticket)), .integer(later)]],
            "schema_version": [[1]],
        ]
    }

    func tables() throws -> [String: [[SqlStorageValue]]] {
        try Self.inside(site) { storage in
            let rows = try Self.tableNames.map {
                ($0, try storage.sql("SELECT * FROM \(identifier: $0) ORDER BY 1").map(\.values))
            }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }

    /// The keys that key-value storage has.
    func keys() throws -> [String] {
        try Self.inside(site) { try $0.kv.list(as: Anything.self).map(\.key) }
    }

    /// Calls the account, and tells how many writes that made.
    @discardableResult
    func call<Result: Sendable>(
        _ body: @escaping @Sendable (Account) async throws -> Result
    ) throws -> (result: Result, writes: Int) {
        let account = site.host.bindings.env.accounts.getByName(Self.userId)
        try site.host.settle()
        let before = site.host.store.attemptCount
        let result = try site.host.run { try await body(account) }
        return (result, site.host.store.attemptCount - before)
    }

    private static let passwordHash = Digest.passwordHash("correct horse", salt: salt, iterations: 1)

    private static func inside<Result: Sendable>(
        _ site: TaskSite,
        _ body: @escaping @Sendable (DurableObjectStorage) throws -> Result
    ) throws -> Result {
        let account = site.host.bindings.env.accounts.getByName(userId)
        return try site.host.run {
            try await runInDurableObject(account) { _, state in try body(state.storage) }
        }
    }

    private struct Profile: Codable {
        let email: String
        let name: String
        let passwordSalt: [UInt8]
        let passwordHash: [UInt8]
        let passwordRounds: Int
        let createdAt: Int64
    }

    private struct Key: Codable {
        let id: String
        let name: String?
        let createdAt: Int64
        let expiresAt: Int64?
    }

    /// A value of whatever kind.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}
