extension JSONValue: Codable {
    /// Writes the value as the keyed container, array, or single value it is.
    ///
    /// - Parameter encoder: Any encoder; the codecs of this library bypass this function.
    /// - Throws: Whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var container = encoder.container(keyedBy: ValueKey.self)
            for member in object {
                try container.encode(member.value, forKey: ValueKey(stringValue: member.key))
            }
        case .array(let items):
            var container = encoder.unkeyedContainer()
            for item in items { try container.encode(item) }
        default:
            var container = encoder.singleValueContainer()
            try encodeScalar(to: &container)
        }
    }

    private func encodeScalar(to container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .null, .array, .object: try container.encodeNil()
        }
    }

    /// Reads whatever value is there.
    ///
    /// - Parameter decoder: Any decoder; the codecs of this library bypass this initializer.
    /// - Throws: Whatever the decoder throws for a value that JSON does not have.
    public init(from decoder: any Decoder) throws {
        // Silence is right here and below: a refusal only means that the value is of another kind.
        if let container = try? decoder.container(keyedBy: ValueKey.self) {
            var object = JSONObject()
            for key in container.allKeys {
                object[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
            }
            self = .object(object)
        } else if var container = try? decoder.unkeyedContainer() {
            var items: [JSONValue] = []
            while !container.isAtEnd { items.append(try container.decode(JSONValue.self)) }
            self = .array(items)
        } else {
            self = try Self.scalar(in: decoder.singleValueContainer())
        }
    }

    private static func scalar(in container: any SingleValueDecodingContainer) throws -> JSONValue {
        if container.decodeNil() { return .null }
        // Silence is right: the last attempt, for a string, is the one whose error is thrown.
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .integer(value) }
        if let value = try? container.decode(Double.self) { return .double(value) }
        return .string(try container.decode(String.self))
    }
}

extension JSONObject: Codable {
    /// Writes the members as a keyed container in order.
    ///
    /// - Parameter encoder: Any encoder.
    /// - Throws: Whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(JSONValue.object(self))
    }

    /// Reads the members of a keyed container in the order the decoder gives them.
    ///
    /// - Parameter decoder: Any decoder.
    /// - Throws: `DecodingError` if the value is not a keyed container.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        guard case .object(let object) = value else {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "Expected an object but found another value."
            )
            throw DecodingError.typeMismatch(JSONObject.self, context)
        }
        self = object
    }
}
