/// JavaScript's two functions between values and JSON text.
public enum JSON {
    /// Writes a value as the text JavaScript's `JSON.stringify` gives for it.
    ///
    /// Members stand in the order in which they are encoded. Dates are ISO 8601 texts with milliseconds, `Data` is
    /// base64, and numbers that are not finite are `null`.
    ///
    /// - Parameter value: The value, nested at most ``ValueCodingLimits/depth`` deep.
    /// - Returns: The text, without spaces between its parts.
    /// - Throws: `EncodingError`, for one for an integer that JSON has no exact number for; ``ValueCodingError`` if
    ///   the value is nested too deeply.
    public static func stringify(_ value: some Encodable) throws -> String {
        var text = JSONText()
        if let json = same(value, as: JSONValue.self) {
            try json.write(to: &text, depth: 0)
        } else {
            try document(encoding: value).write(0, to: &text)
        }
        return text.string
    }

    /// Reads a JSON text.
    ///
    /// - Parameter text: One value as RFC 8259 defines it; of members with the same key the last counts.
    /// - Returns: The value.
    /// - Throws: ``ValueCodingError`` with the offset of the first byte that is wrong.
    public static func parse(_ text: some StringProtocol) throws -> JSONValue {
        try parse(Array(text.utf8))
    }

    /// Reads the bytes of a JSON text.
    ///
    /// - Parameter bytes: One value as RFC 8259 defines it, in UTF-8 without a byte order mark.
    /// - Returns: The value.
    /// - Throws: ``ValueCodingError`` with the offset of the first byte that is wrong.
    public static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        var parser = JSONParser(bytes)
        return try parser.document()
    }

    static func document(encoding value: some Encodable) throws -> ValueDocument {
        let bytes = try ValueSink(flavor: .json, userInfo: [:]).encode(value)
        return try ValueDocument(bytes, from: 0, flavor: .json, userInfo: [:])
    }
}
