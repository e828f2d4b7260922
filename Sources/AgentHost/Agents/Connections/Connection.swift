public import DurableActors

/// One client's socket, as an agent sees it; survives the agent's time in memory.
///
/// Isolation: use it on the agent's executor. What it sends waits for the agent's earlier writes. Its state, flags, tags
/// and address are kept with the socket, at most 16,384 encoded bytes together; what is more throws.
public struct Connection: Sendable {
    /// How many tags a connection may have, its id included.
    public static let maximumTags = 10
    /// The longest tag, in characters.
    public static let maximumTagLength = 256

    /// What is kept with the socket: as it is, since a broadcast reads it of every connection.
    final class Record: SocketCompanion {
        struct Content: Codable, Sendable {
            var id: String
            var tags: [String]
            var uri: String?
            var state: JSONValue?
            var isProtocolEnabled = true
            var isReadonly = false
        }

        let content: Content

        init(_ content: Content) { self.content = content }
    }

    package let socket: WebSocket
    /// The `_pk` of the query, or a random id; two live connections may share one.
    public let id: String
    /// The name of the agent.
    public let server: String

    /// Makes a connection of a new socket; throws for an id or an address that are too long to keep.
    init(_ socket: WebSocket, id: String, uri: String, server: String) throws {
        self.socket = socket
        self.id = id
        self.server = server
        try change { $0.uri = uri }
    }

    /// The connection of a socket that an agent holds; nil when it was not made by the framework.
    init?(_ socket: WebSocket, server: String) {
        guard let record = socket.companion as? Record else { return nil }
        self.socket = socket
        id = record.content.id
        self.server = server
    }

    var content: Record.Content {
        (socket.companion as? Record)?.content ?? Record.Content(id: id, tags: [id])
    }

    func change(_ change: (inout Record.Content) -> Void) throws {
        var content = content
        change(&content)
        // Only to refuse what is too large.
        _ = try WebSocket.attachmentBytes(of: content)
        socket.companion = Record(content)
    }

    /// How far the connection's life has got.
    public var readyState: WebSocket.ReadyState { socket.readyState }
    /// The address the client asked for.
    public var uri: String? { content.uri }
    /// The id and the tags given when it connected.
    public var tags: [String] { content.tags }
    /// What was kept with the connection; nil until something is set.
    public var state: JSONValue? { content.state }

    /// What was kept with the connection, as a type; nil until something is set.
    public func state<State: Decodable>(as type: State.Type) throws -> State? { try state?.decode(type) }

    /// Keeps a value with the connection, replacing the last one, and returns it; it ends with the socket.
    ///
    /// Members whose names are the SDK's own are left out, and null is kept as nothing.
    @discardableResult
    public func setState(_ state: JSONValue?) throws -> JSONValue? {
        let own = state.flatMap(Self.withoutReserved)
        try change { $0.state = own }
        return own
    }

    /// Keeps a value of a type with the connection, replacing the last one, and returns it as JSON.
    @discardableResult
    public func setState(_ state: some Encodable & Sendable) throws -> JSONValue? {
        try setState(Optional(try JSONValue(encoding: state)))
    }

    /// Keeps what is made of the last value, and returns it.
    @discardableResult
    public func setState(_ update: (JSONValue?) throws -> JSONValue?) throws -> JSONValue? {
        let state = try update(state)
        return try setState(state)
    }

    private static let reserved: Set = [
        "_cf_readonly", "_cf_no_protocol", "_cf_voiceInCall", "_cf_subAgentOuterUrl", "_cf_subAgentTags",
    ]

    private static func withoutReserved(_ state: JSONValue) -> JSONValue? {
        guard case .object(let object) = state else { return state.isNull ? nil : state }
        let own = JSONObject(object.filter { !reserved.contains($0.key) })
        return own.isEmpty && !object.isEmpty ? nil : .object(own)
    }

    /// Sends a text message; throws once the connection is closed.
    public func send(_ text: String) throws { try socket.send(text) }
    /// Sends a binary message; throws once the connection is closed.
    public func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }
    /// Ends the connection; 1008 and 4000 to 4999 keep the SDK's clients from coming back.
    ///
    /// Throws for a code other than 1000 to 4999, for 1004, 1005, 1006 and 1015, for a reason without a code and for one of
    /// over 123 bytes.
    public func close(code: Int? = nil, reason: String? = nil) throws { try socket.close(code: code, reason: reason) }

    static func check(tags: [String]) throws {
        if tags.count > maximumTags {
            throw DurableObjectError(
                .invalidArgument,
                "A connection can only have 10 tags, including the default id tag."
            )
        }
        for tag in tags {
            if tag.isEmpty {
                throw DurableObjectError(.invalidArgument, "A connection tag must not be an empty string.")
            }
            if tag.utf16.count > maximumTagLength {
                throw DurableObjectError(.invalidArgument, "A connection tag must not exceed 256 characters")
            }
        }
    }
}
