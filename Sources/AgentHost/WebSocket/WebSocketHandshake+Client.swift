package import DurableActors

extension WebSocketHandshake {
    /// Why a server's answer does not open a WebSocket.
    package enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
        /// The server answered with a status other than 101.
        case refused(status: Int)
        /// The named field is missing or does not have the value the request calls for.
        case badField(String)

        /// The error in words.
        package var description: String {
            switch self {
            case .refused(let status): "The server answered \(status) instead of opening a WebSocket."
            case .badField(let name): "The server's \(name) field does not fit the request."
            }
        }
    }

    /// Returns the bytes of an upgrade request.
    ///
    /// - Parameters:
    ///   - host: The host with its port unless that is the default.
    ///   - target: The path with its query.
    ///   - key: 16 random bytes, new for every connection.
    ///   - protocols: The subprotocols to offer, best first.
    ///   - headers: Further fields, such as cookies.
    /// - Returns: The bytes to write.
    /// - Throws: `HTTPEncodeError` for text that cannot stand in a request head.
    package static func request(
        host: String,
        target: String,
        key: [UInt8],
        protocols: [String] = [],
        headers: Headers = Headers()
    ) throws(HTTPEncodeError) -> [UInt8] {
        guard isTarget(target) else { throw .invalidStartLine(target) }
        guard Authority.isValid(host) else { throw .invalidHeaderValue(name: "Host") }
        guard key.count == 16 else { throw .invalidHeaderValue(name: "Sec-WebSocket-Key") }
        guard protocols.allSatisfy(Headers.isValidName) else {
            throw .invalidHeaderValue(name: "Sec-WebSocket-Protocol")
        }
        var writer = HeadWriter()
        writer.literal("GET \(target) HTTP/1.1\r\n")
        try writer.field("Host", host)
        try writer.field("Upgrade", "websocket")
        try writer.field("Connection", "Upgrade")
        try writer.field("Sec-WebSocket-Version", "13")
        try writer.field("Sec-WebSocket-Key", Base64.encode(key))
        if !protocols.isEmpty { try writer.field("Sec-WebSocket-Protocol", protocols.joined(separator: ", ")) }
        for (name, value) in headers { try writer.field(name, value) }
        writer.endLine()
        return writer.bytes
    }

    /// Checks a server's answer to an upgrade request.
    ///
    /// - Parameters:
    ///   - head: The answer's head.
    ///   - key: The 16 bytes the request was made with.
    ///   - protocols: The subprotocols that were offered.
    /// - Returns: The subprotocol the server selected, or nil when it selected none.
    /// - Throws: `ClientError`.
    package static func verify(
        _ head: ResponseHead,
        key: [UInt8],
        protocols: [String] = []
    ) throws(ClientError) -> String? {
        guard head.status == 101 else { throw .refused(status: head.status) }
        guard head.headers.hasToken("websocket", in: "upgrade") else { throw .badField("Upgrade") }
        guard head.headers.hasToken("upgrade", in: "connection") else { throw .badField("Connection") }
        let accept = acceptValue(for: Base64.encode(key))
        guard head.headers.getAll("sec-websocket-accept") == [accept] else {
            throw .badField("Sec-WebSocket-Accept")
        }
        guard !head.headers.has("sec-websocket-extensions") else { throw .badField("Sec-WebSocket-Extensions") }
        guard let selected = head.headers.get("sec-websocket-protocol") else { return nil }
        guard protocols.contains(selected) else { throw .badField("Sec-WebSocket-Protocol") }
        return selected
    }

    private static func isTarget(_ target: String) -> Bool {
        // Nil is the answer: the caller reports the target itself.
        (try? RequestTarget(target, method: "GET"))?.form == .origin
    }
}
