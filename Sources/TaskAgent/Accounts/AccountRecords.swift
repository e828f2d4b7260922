internal import AgentHost

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

struct CreditRow: Codable, Sendable {
    var balance: Int
}

struct ChargeRow: Codable, Sendable {
    let amount: Int
    let at: Int64
}

/// A credit set aside for a task that has been started.
struct ReservationRow: Codable, Sendable {
    /// Until when, in milliseconds since 1970: a task that ended without a charge gives it back then at the latest.
    let expiresAt: Int64
}

struct TicketRow: Codable, Sendable {
    let expiresAt: Int64
}

/// The tables of an account.
enum AccountRecords {
    static let profile = RecordTable<AccountProfile>("profile")
    static let keys = RecordTable<KeyRow>("apikey")
    static let credits = RecordTable<CreditRow>("credits")
    static let charges = RecordTable<ChargeRow>("charge")
    static let reservations = RecordTable<ReservationRow>("reservation")
    static let tickets = RecordTable<TicketRow>("ticket")
}
