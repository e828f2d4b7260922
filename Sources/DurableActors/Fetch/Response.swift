/// The answer to a request; with status 101 it carries the client's end of a socket.
public struct Response: Sendable {
    /// The status code.
    public var status: Int
    /// The header fields.
    public var headers: Headers
    /// The content; nil when there is none.
    public var body: Body?
    /// The client's end of a pair, for an answer to an upgrade.
    public var webSocket: WebSocket?

    /// Makes an answer from parts.
    public init(status: Int = 200, headers: Headers = Headers(), body: Body? = nil, webSocket: WebSocket? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.webSocket = webSocket
    }

    /// Makes an answer of plain text.
    public init(_ text: String, status: Int = 200, headers: Headers = Headers()) {
        self.init(status: status, headers: headers, body: .bytes(Array(text.utf8)))
        if !self.headers.has("content-type") { self.headers.set("content-type", "text/plain;charset=UTF-8") }
    }

    /// Makes an answer of JSON, as `Response.json` does in JavaScript.
    public static func json(_ value: some Encodable, status: Int = 200, headers: Headers = Headers()) throws -> Response
    {
        var response = Response(try JSON.stringify(value), status: status, headers: headers)
        response.headers.set("content-type", "application/json")
        return response
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
