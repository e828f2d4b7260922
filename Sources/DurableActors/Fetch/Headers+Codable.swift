extension Headers: Codable {
    /// Reads an array of `[name, value]` pairs.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: `DecodingError` when the stored form is not an array of two-element string arrays.
    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        while !list.isAtEnd {
            let pair = try list.decode([String].self)
            guard pair.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    in: list,
                    debugDescription: "A header field is a pair of name and value, not \(pair.count) strings."
                )
            }
            fields.append(Field(name: pair[0], value: pair[1]))
        }
    }

    /// Writes an array of `[name, value]` pairs, which keeps order and repeated names.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for field in fields {
            try list.encode([field.name, field.value])
        }
    }
}
