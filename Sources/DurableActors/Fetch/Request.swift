/// An HTTP request as an object's `fetch` sees it.
public struct Request: Sendable {
    /// The method in capitals.
    public var method: String
    /// The address.
    public var url: RequestURL
    /// The header fields.
    public var headers: Headers
    /// The content; nil when there is none.
    public var body: Body?
    /// What `fetch` does when it is sent to look elsewhere.
    public var redirect: Redirect

    /// Makes a request.
    public init(
        _ url: String,
        method: String = "GET",
        headers: Headers = Headers(),
        body: Body? = nil,
        redirect: Redirect = .follow
    ) {
        self.url = RequestURL(url)
        self.method = method
        self.headers = headers
        self.body = body
        self.redirect = redirect
    }

    /// Whether the client asks for a WebSocket.
    public var isWebSocketUpgrade: Bool {
        headers.get("upgrade")?.lowercased() == "websocket"
    }

    /// The content as text.
    public func text() async throws -> String {
        String(decoding: try await body?.collect() ?? [], as: UTF8.self)
    }

    /// The content as JSON.
    public func json() async throws -> JSONValue {
        try JSON.parse(try await body?.collect() ?? [])
    }
}
