import DurableActors

/// One message of a room, in storage and to its clients.
struct ChatMessage: Codable, Sendable, Equatable {
    let name: String
    let message: String
    /// Milliseconds since 1970, no two the same in a room.
    let timestamp: Int64
}

/// What is kept with a socket: who is at its other end.
struct ChatMember: Codable, Sendable {
    let address: String
    /// The name; nil until it was said.
    var name: String?
}

/// Why a client is not heard; the client is told.
struct ChatRefusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    static func reading(_ text: String) throws(ChatRefusal) -> JSONValue {
        do { return try JSON.parse(text) } catch { throw ChatRefusal("That is not JSON.") }
    }
}
