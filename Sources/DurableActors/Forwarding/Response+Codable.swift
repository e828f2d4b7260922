/// How responses travel between nodes: with the end of a socket that the asking node then has for its client.
extension Response: Codable {
    private enum CodingKeys: String, CodingKey {
        case status
        case headers
        case body
        case webSocket
    }

    /// Reads a response, and takes up its socket where it has one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let number = try container.decodeIfPresent(UInt64.self, forKey: .webSocket)
        self.init(
            status: try container.decode(Int.self, forKey: .status),
            headers: try container.decode(Headers.self, forKey: .headers),
            body: try container.decodeIfPresent(Body.self, forKey: .body),
            webSocket: try number.map { try decoder.handleCarrier(for: "WebSocket").socket($0) }
        )
    }

    /// Writes the response; throws for a socket or body that would have to stay in the process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        try container.encode(headers, forKey: .headers)
        try container.encodeIfPresent(body, forKey: .body)
        if let webSocket {
            try container.encode(try encoder.handleCarrier(for: "WebSocket").export(webSocket), forKey: .webSocket)
        }
    }
}
