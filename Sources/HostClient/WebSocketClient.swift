internal import AgentHost
internal import DurableActors

/// A blocking WebSocket client.
public final class WebSocketClient {
    /// What came from the host.
    public enum Incoming: Sendable, Equatable {
        /// A text message.
        case text(String)
        /// A binary message.
        case binary([UInt8])
        /// A close frame.
        case closed(code: Int, reason: String)
        /// The connection ended without one.
        case lost
    }

    private let socket: ClientSocket
    private var session: WebSocketSession
    private var incoming: [Incoming] = []

    /// Connects and upgrades; throws with the status when the host refuses.
    public init(port: Int, path: String, headers: [(String, String)] = []) throws {
        socket = try ClientSocket(port: port)
        let random = SystemRandom()
        session = WebSocketSession(role: .client(maskKeys: { MaskKey(UInt32(truncatingIfNeeded: random.next())) }))
        var fields = Headers()
        for (name, value) in headers { fields.append(name, value) }
        let key = random.bytes(16)
        try socket.write(
            WebSocketHandshake.request(host: "127.0.0.1:\(port)", target: path, key: key, headers: fields)
        )
        var parser = ResponseParser(limits: HTTPLimits())
        parser.expectResponse(to: "GET")
        while true {
            if let event = try parser.next() {
                guard case .head(let head) = event else { continue }
                guard head.status == 101 else { throw ClientError("The host answered \(head.status)") }
                break
            }
            guard let bytes = try socket.read() else { throw ClientError("The host ended the connection") }
            parser.feed(bytes)
        }
        try take(session.receive(parser.takeRemainder()))
    }

    /// Sends a text message.
    public func send(_ text: String) throws { try socket.write(try session.send(text: text)) }

    /// Sends a binary message.
    public func send(_ bytes: [UInt8]) throws { try socket.write(try session.send(binary: bytes)) }

    /// Sends bytes as they are, well formed or not.
    public func sendRaw(_ bytes: [UInt8]) throws { try socket.write(bytes) }

    /// Sends a close frame.
    public func close(code: Int = 1000, reason: String = "") throws {
        try take(try session.close(CloseCode(rawValue: UInt16(code)), reason: reason))
    }

    /// Waits for what comes next.
    public func receive() throws -> Incoming {
        while incoming.isEmpty {
            guard let bytes = try socket.read() else { return .lost }
            try take(session.receive(bytes))
        }
        return incoming.removeFirst()
    }

    private func take(_ actions: [WebSocketSession.Action]) throws {
        for action in actions {
            switch action {
            case .deliverText(let text): incoming.append(.text(text))
            case .deliverBinary(let bytes): incoming.append(.binary(bytes))
            case .write(let bytes): try socket.write(bytes)
            case .peerClosed(let code, let reason):
                incoming.append(.closed(code: Int(code.rawValue), reason: reason))
            case .fail(let code, let reason, _):
                incoming.append(.closed(code: Int(code.rawValue), reason: reason))
            case .closeTransport: break
            }
        }
    }
}
