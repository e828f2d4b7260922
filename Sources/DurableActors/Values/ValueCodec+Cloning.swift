extension ValueCodec {
    /// Encodes a value that an object stores or attaches; throws a `DataCloneError` for one that cannot be encoded.
    package static func clone(_ value: some Encodable) throws -> [UInt8] {
        do {
            return try encode(value)
        } catch is EncodingError {
            throw DurableObjectError.notSerializable("\(type(of: value))", code: .invalidArgument)
        }
    }
}

extension DurableObjectError {
    /// What encoding throws for a value that cannot be stored, or cannot leave the process.
    static func notSerializable(_ type: String, code: Code = .unsupported) -> DurableObjectError {
        DurableObjectError(
            code,
            "Could not serialize object of type \"\(type)\". This type does not support serialization.",
            name: "DataCloneError"
        )
    }
}
