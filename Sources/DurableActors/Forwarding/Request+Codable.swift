/// How requests travel between nodes.
extension Request: Codable {
    private enum CodingKeys: String, CodingKey {
        case method
        case url
        case headers
        case body
        case redirect
    }

    /// Reads a request.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(String.self, forKey: .url),
            method: try container.decode(String.self, forKey: .method),
            headers: try container.decode(Headers.self, forKey: .headers),
            body: try container.decodeIfPresent(Body.self, forKey: .body),
            redirect: try container.decode(Bool.self, forKey: .redirect) ? .follow : .manual
        )
    }

    /// Writes the request; throws for a body that would have to stay in the process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        try container.encode(url.description, forKey: .url)
        try container.encode(headers, forKey: .headers)
        try container.encodeIfPresent(body, forKey: .body)
        try container.encode(redirect == .follow, forKey: .redirect)
    }
}
