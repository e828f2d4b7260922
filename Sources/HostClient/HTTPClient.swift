internal import AgentHost
public import DurableActors

/// A blocking HTTP client over one connection that is kept.
public final class HTTPClient {
    /// An answer, whole.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The header fields.
        public let headers: Headers
        /// The content.
        public let body: [UInt8]

        /// The content as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
        /// The content as JSON.
        public func json() throws -> JSONValue { try JSON.parse(body) }
    }

    private let socket: ClientSocket
    private let authority: String
    private var parser = ResponseParser(limits: HTTPLimits())

    /// Connects to a host by its name or address.
    public init(host: String = "127.0.0.1", port: Int) throws {
        authority = "\(host):\(port)"
        socket = try ClientSocket(host: host, port: port)
    }

    /// Sends a request and reads the answer to its end.
    public func request(
        _ method: String,
        _ path: String,
        headers: [(String, String)] = [],
        body: [UInt8] = []
    ) throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(authority)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" { text += "Content-Length: \(body.count)\r\n" }
        try send(Array((text + "\r\n").utf8) + body)
        return try readAnswer(to: method)
    }

    /// Sends JSON and reads the answer.
    public func post(_ path: String, _ value: JSONValue, headers: [(String, String)] = []) throws -> Answer {
        try request(
            "POST",
            path,
            headers: headers + [("content-type", "application/json")],
            body: Array(value.description.utf8)
        )
    }

    /// Sends bytes as they are, well formed or not.
    public func send(_ bytes: [UInt8]) throws { try socket.write(bytes) }

    /// Sends nothing more; answers can still be read.
    public func endSending() { socket.endWriting() }

    /// Reads one answer to its end; the method tells whether it can have a body.
    public func readAnswer(to method: String = "GET") throws -> Answer {
        parser.expectResponse(to: method)
        var head: ResponseHead?
        var body: [UInt8] = []
        while true {
            while let event = try parser.next() {
                switch event {
                case .interim: continue
                case .head(let found): head = found
                case .body(let bytes): body += bytes
                case .end:
                    guard let head else { throw ClientError("An answer ended before it began") }
                    return Answer(status: head.status, headers: head.headers, body: body)
                }
            }
            if let bytes = try socket.read() {
                parser.feed(bytes)
            } else if head == nil {
                throw ClientError("The host ended the connection")
            } else {
                parser.feedEnd()
            }
        }
    }
}
