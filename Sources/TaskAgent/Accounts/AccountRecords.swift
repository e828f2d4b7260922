/// Who a user is.
public struct AccountProfile: Codable, Sendable {
    let email: String
    let name: String
    let passwordSalt: [UInt8]
    let passwordHash: [UInt8]
    let passwordRounds: Int
    let createdAt: Int64
}

/// What is kept of an API key or a token: never the key itself.
public struct KeyRow: Codable, Sendable {
    let id: String
    let name: String?
    let createdAt: Int64
    /// Milliseconds since 1970; nil for a key that does not expire.
    let expiresAt: Int64?
}
