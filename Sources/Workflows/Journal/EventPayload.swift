internal import DurableActors

/// An event's payload as bytes: its value's own encoding, or that of JSON when it was sent as JSON.
///
/// The two differ where types have a form of their own in JSON, such as dates.
enum EventPayload {
    private static let plain: UInt8 = 0
    private static let json: UInt8 = 1

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        [value is JSONValue ? json : plain] + (try ValueCodec.encode(value))
    }

    static func decode<Payload: Decodable>(_ type: Payload.Type, _ bytes: [UInt8]) throws -> Payload {
        let value = Array(bytes.dropFirst())
        guard bytes.first == json else { return try ValueCodec.decode(type, from: value) }
        return try ValueCodec.decode(JSONValue.self, from: value).decode(type)
    }
}
