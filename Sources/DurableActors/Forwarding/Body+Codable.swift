/// How contents travel between nodes: bytes as they are, a stream by its number.
extension Body: Codable {
    private enum CodingKeys: String, CodingKey {
        case bytes
        case stream
    }

    /// Reads bytes, or takes up a stream; throws where a stream did not come from another node.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let bytes = try container.decodeIfPresent([UInt8].self, forKey: .bytes) {
            self = .bytes(bytes)
        } else {
            self = .stream(try container.decode(ByteStream.self, forKey: .stream))
        }
    }

    /// Writes bytes, or hands a stream on; throws where a stream would have to stay in the process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .bytes(let bytes): try container.encode(bytes, forKey: .bytes)
        case .stream(let stream): try container.encode(stream, forKey: .stream)
        }
    }
}

/// Pieces of bytes as a parameter or result; `RpcStream<[UInt8]>` holds the writer back.
extension ByteStream: Codable {
    /// Takes up a stream of another node; throws elsewhere.
    public init(from decoder: any Decoder) throws {
        let carrier = try decoder.handleCarrier(for: "ByteStream")
        self = try carrier.stream(try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Hands the stream to another node, where it is read from then on; throws elsewhere.
    public func encode(to encoder: any Encoder) throws {
        let number = try encoder.handleCarrier(for: "ByteStream").export(self)
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
