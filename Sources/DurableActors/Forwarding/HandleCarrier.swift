internal import Distributed

/// Carries what cannot be written down with a call: it stays where it is, and its number goes.
///
/// Found in the user info of encoders and decoders of what goes between nodes.
package protocol HandleCarrier: AnyObject, Sendable {
    /// The node's own objects, which stubs in what is decoded are found among.
    var host: HostCore { get }
    /// Has the other side read a stream; returns the number it is read by.
    func export(_ stream: ByteStream) throws -> UInt64
    /// The stream that the other side has given a number; it is read once.
    func stream(_ number: UInt64) throws -> ByteStream
    /// Ties a socket's end to the other side; returns the number it is taken by.
    func export(_ socket: WebSocket) throws -> UInt64
    /// The end of a socket whose other end is on the other side.
    func socket(_ number: UInt64) throws -> WebSocket
    /// Lets the other side call something, which is let go when nobody there can any more.
    func export(_ callee: any ExportedCallee) throws -> UInt64
    /// What the other side lets this one call.
    func callee(_ number: UInt64) throws -> any RemoteCallee
    /// Has the other side read the elements of a stream.
    func export(_ elements: any ExportedElements) throws -> UInt64
    /// The elements that the other side has given a number; they are read once.
    func elements(_ number: UInt64) throws -> any RemoteElements
}

extension HandleCarrier {
    /// What values find in coders on their way between nodes.
    var userInfo: [CodingUserInfoKey: any Sendable] { [.actorSystemKey: host.stubSystem, .handleCarrier: self] }

    /// Writes a value down whose type need not be `Codable` within a process; `Void` has no bytes.
    func encode<Value: Sendable>(_ value: Value) throws -> [UInt8] {
        guard let encodable = value as? any Encodable else {
            if Value.self == Void.self { return [] }
            throw DurableObjectError.notSerializable("\(Value.self)")
        }
        let bytes = try ValueCodec.encode(encodable, userInfo: userInfo)
        if bytes.count > RpcSize.limit { throw RpcSize.exceeded(bytes.count) }
        return bytes
    }

    /// Reads a value that `encode` has written.
    func decode<Value: Sendable>(_ type: Value.Type = Value.self, from bytes: [UInt8]) throws -> Value {
        func read<Known: Decodable>(_ type: Known.Type) throws -> Any {
            try ValueCodec.decode(type, from: bytes, userInfo: userInfo)
        }
        let value: Any = try (type as? any Decodable.Type).map { try read($0) } ?? ()
        guard let value = value as? Value else { throw DurableObjectError.notSerializable("\(type)") }
        return value
    }

    /// Throws where values of a type can be neither written down nor left out.
    func check<Value>(_ type: Value.Type) throws(DurableObjectError) {
        guard type is any (Decodable & Encodable).Type || type == Void.self else {
            throw .notSerializable("\(type)")
        }
    }
}

extension CodingUserInfoKey {
    /// Where values find what carries their handles.
    static var handleCarrier: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "handleCarrier") else {
            preconditionFailure("Every text is a key.")
        }
        return key
    }
}

extension Encoder {
    /// What carries the handles of the value that is being encoded; throws where the value stays in the process.
    func handleCarrier(for type: String) throws -> any HandleCarrier {
        guard let carrier = userInfo[.handleCarrier] as? any HandleCarrier else {
            throw DurableObjectError.notSerializable(type)
        }
        return carrier
    }
}

extension Decoder {
    /// What carries the handles of the value that is being decoded; throws where the value did not come from another node.
    func handleCarrier(for type: String) throws -> any HandleCarrier {
        guard let carrier = userInfo[.handleCarrier] as? any HandleCarrier else {
            throw DurableObjectError(.unsupported, "A \(type) can only be decoded from a call of another node.")
        }
        return carrier
    }
}
