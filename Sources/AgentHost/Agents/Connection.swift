public import DurableActors

/// One client's socket, as an agent sees it; survives the agent's time in memory.
///
/// Isolation: use it on the agent's executor. What it sends waits for the agent's earlier writes.
public struct Connection: Sendable {
    /// How many tags a connection may have, its id included.
    public static let maximumTags = 10
    /// The longest tag, in characters.
    public static let maximumTagLength = 256

    struct Attachment: Codable, Sendable {
        var id: String
        var tags: [String]
        var uri: String?
        var state: JSONValue?
        var isProtocolEnabled: Bool
    }

    package let socket: WebSocket
    /// The `_pk` of the query, or a random id; two live connections may share one.
    public let id: String

    init(socket: WebSocket, id: String, uri: String?) throws {
        self.socket = socket
        self.id = id
        try socket.serializeAttachment(
            Attachment(id: id, tags: [id], uri: uri, state: nil, isProtocolEnabled: true)
        )
    }

    /// The connection of a socket that an agent holds; nil when it was not made by the framework.
    init?(_ socket: WebSocket) throws {
        guard let attachment = try socket.deserializeAttachment(as: Attachment.self) else { return nil }
        self.socket = socket
        id = attachment.id
    }

    func initialize(tags: [String], isProtocolEnabled: Bool) throws {
        guard var attachment = try attachment() else { return }
        attachment.tags = tags
        attachment.isProtocolEnabled = isProtocolEnabled
        try socket.serializeAttachment(attachment)
    }

    private func attachment() throws -> Attachment? { try socket.deserializeAttachment(as: Attachment.self) }

    /// The address the client asked for.
    public var uri: String? { get throws { try attachment()?.uri } }
    /// The id and the tags given when it connected.
    public var tags: [String] { get throws { try attachment()?.tags ?? [] } }
    /// What was kept with the connection; nil until something is set.
    public var state: JSONValue? { get throws { try attachment()?.state } }
    /// Whether it gets the protocol's frames.
    var isProtocolEnabled: Bool { get throws { try attachment()?.isProtocolEnabled ?? false } }

    /// Keeps a value with the connection, replacing the last one; it ends with the socket.
    public func setState(_ state: JSONValue?) throws {
        guard var attachment = try attachment() else { return }
        attachment.state = state
        try socket.serializeAttachment(attachment)
    }

    /// Sends a text message.
    public func send(_ text: String) throws { try socket.send(text) }
    /// Sends a binary message.
    public func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }
    /// Ends the connection; 1008 and 4000 to 4999 keep the SDK's clients from coming back.
    public func close(code: Int? = nil, reason: String? = nil) throws { try socket.close(code: code, reason: reason) }

    static func check(tags: [String]) throws {
        if tags.count + 1 > maximumTags {
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
