extension JSONValue {
    /// Makes the JSON value that ``JSON/stringify(_:)`` writes for a value.
    ///
    /// - Parameter value: The value, nested at most ``ValueCodingLimits/depth`` deep.
    /// - Throws: `EncodingError` or whatever the value throws; ``ValueCodingError`` if it is nested too deeply.
    public init(encoding value: some Encodable) throws {
        self = try JSON.document(encoding: value).json(at: 0)
    }

    /// Decodes a value from this one.
    ///
    /// Nothing converts but numbers: a double without fraction can be read as an integer that holds it, and an integer
    /// as a double that is exactly it. Dates are read from ISO 8601 texts or milliseconds since 1970.
    ///
    /// - Parameter type: The type to decode.
    /// - Returns: The value.
    /// - Throws: `DecodingError`, whose message names the path to what is wrong.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        var writer = ValueWriter(flavor: .json)
        try writer.json(self, depth: 0)
        return try ValueDocument(writer.bytes, from: 0, flavor: .json, userInfo: [:]).decode(type)
    }

    /// Appends the text of the value.
    func write(to text: inout JSONText, depth: Int) throws {
        switch self {
        case .null: text.null()
        case .bool(let value): text.bool(value)
        case .integer(let value): text.integer(value)
        case .double(let value): text.double(value)
        case .string(let value): text.string(value)
        case .array(let items):
            guard depth < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
            text.open(.array)
            for item in items {
                text.separate()
                try item.write(to: &text, depth: depth + 1)
            }
            text.close(.array)
        case .object(let object):
            guard depth < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
            text.open(.object)
            for member in object {
                text.separate()
                text.string(member.key)
                text.colon()
                try member.value.write(to: &text, depth: depth + 1)
            }
            text.close(.object)
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text of the value.
    public var description: String {
        // Silence is right: the one error there can be is told in place of the text.
        (try? JSON.stringify(self)) ?? "<JSON nested more than \(ValueCodingLimits.depth) deep>"
    }
}
