internal import Locks

/// What of an object's socket goes to the object's next node.
package struct MovedSocket: Codable, Sendable {
    /// Something that has come in and that the object was not told.
    package enum Input: Codable, Sendable {
        case text(String)
        case binary([UInt8])
        case closed(code: Int, reason: String)
        case lost(String?)
    }

    /// What a framework keeps with a socket, under the type's name.
    struct Companion: Codable, Sendable {
        let type: String
        let value: [UInt8]
    }

    let tags: [String]
    let attachment: [UInt8]?
    let companion: Companion?
    let url: String?
    let answeredAt: Int64?
    /// Whether the object has sent its close frame.
    package let hasClosed: Bool
    package let inputs: [Input]

    /// Whether the other side is gone, so that nothing can be sent to it.
    package var isLost: Bool { inputs.contains { if case .lost = $0 { true } else { false } } }
}

/// What a framework keeps with a socket beside the attachment; goes with the socket wherever its object goes.
package protocol SocketCompanion: AnyObject, Codable, Sendable {}

/// What an object has said about its sockets.
package struct MovedSocketSettings: Codable, Sendable {
    let request: String?
    let response: String?
    let eventTimeout: Int?
}

extension MovedSocket.Input {
    init(_ input: WebSocket.Input) {
        switch input {
        case .message(let message):
            switch message.message {
            case .text(let text): self = .text(text)
            case .binary(let bytes): self = .binary(bytes)
            }
        case .closed(let code, let reason): self = .closed(code: code, reason: reason)
        case .lost(let error): self = .lost(error.map { "\($0)" })
        }
    }

    var input: WebSocket.Input {
        switch self {
        case .text(let text): .message(OutgoingMessage(.text(text)))
        case .binary(let bytes): .message(OutgoingMessage(.binary(bytes)))
        case .closed(let code, let reason): .closed(code, reason)
        case .lost(let text): .lost(text.map { DurableObjectError(.disconnected, $0) })
        }
    }
}

extension MovedSocket.Companion {
    init?(_ companion: (any SocketCompanion)?) throws {
        guard let companion, let type = _mangledTypeName(Swift.type(of: companion)) else { return nil }
        self.init(type: type, value: try ValueCodec.encode(companion))
    }

    /// The companion, where this program has its type.
    func decoded() throws -> (any SocketCompanion)? {
        guard let type = _typeByName(type) as? any SocketCompanion.Type else { return nil }
        return try ValueCodec.decode(type, from: value)
    }
}
