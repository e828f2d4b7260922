extension ValueCodec {
    /// Encodes a value that an object stores or attaches; throws a `DataCloneError` for one that cannot be encoded.
    package static func clone(_ value: some Encodable) throws -> [UInt8] {
        do {
            return try encode(value)
        } catch is EncodingError {
            throw DurableObjectError(
                .invalidArgument,
                """
                Could not serialize object of type "\(type(of: value))". This type does not support serialization.
                """,
                name: "DataCloneError"
            )
        }
    }
}
