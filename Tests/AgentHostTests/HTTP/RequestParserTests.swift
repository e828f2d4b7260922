import AgentHost
import DurableActors
import Testing

@Suite struct `A request parser` {
    @Test(arguments: Feeding.allCases)
    func `reads pipelined requests of every framing however they arrive`(feeding: Feeding) {
        let text =
            "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Empty:\r\n\r\n"
            + "\r\nPOST /p HTTP/1.1\r\nhOST: x:80\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"
            + "PUT /q HTTP/1.1\r\nHost: [::1]:8080\r\nTransfer-Encoding: Chunked\r\n\r\n"
            + "5;a=b;c=\"d e\"\r\nhello\r\n00A \t;x\r\n, my world\r\n0\r\nX-Sum: 1\r\nX-Sum:2 \r\n\r\n"
            + "OPTIONS * HTTP/1.0\r\n\r\n"
        let transcript = RequestTranscript(text, feeding)
        #expect(transcript.error == nil)
        #expect(transcript.remainder.isEmpty)
        #expect(transcript.requests.map(\.head.method) == ["GET", "POST", "PUT", "OPTIONS"])
        #expect(transcript.requests.map(\.head.target) == ["/a?b=c", "/p", "/q", "*"])
        #expect(transcript.requests.map(\.head.minorVersion) == [1, 1, 1, 0])
        let bodies = transcript.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == ["", "hello", "hello, my world", ""])
        #expect(transcript.requests.map(\.trailers) == [[:], [:], ["X-Sum": "1", "X-Sum": "2"], [:]])
        #expect(transcript.requests.first?.head.headers == ["Host": "x", "X-Empty": ""])
        #expect(transcript.requests.map(\.head.isChunked) == [false, false, true, false])
        #expect(transcript.requests.map(\.head.contentLength) == [nil, 5, nil, nil])
    }

    @Test(arguments: [
        ("", 1, true), ("Connection: close\r\n", 1, false), ("Connection: x, Close\r\n", 1, false),
        ("", 0, false), ("Connection: Keep-Alive\r\n", 0, true), ("Connection: keep-alive, close\r\n", 0, false),
    ])
    func `tells whether the client keeps the connection`(fields: String, minor: Int, keepAlive: Bool) {
        let transcript = RequestTranscript("GET / HTTP/1.\(minor)\r\nHost: x\r\n\(fields)\r\n")
        #expect(transcript.requests.map(\.head.keepAlive) == [keepAlive])
    }

    @Test(arguments: [
        ("GET", "//evil.example/x", RequestTarget.Form.origin, "h", "//evil.example/x"),
        ("GET", "/a?b?c", .origin, "h", "/a?b?c"),
        ("GET", "http://e.org:81/p?q", .absolute, "e.org:81", "/p?q"),
        ("GET", "HTTPS://e.org", .absolute, "e.org", "/"),
        ("GET", "http://e.org?q", .absolute, "e.org", "/?q"),
        ("OPTIONS", "*", .asterisk, "h", "*"),
        ("CONNECT", "e.org:443", .authority, "e.org:443", "/"),
    ])
    func `understands the four forms of a target`(
        method: String,
        target: String,
        form: RequestTarget.Form,
        authority: String,
        pathAndQuery: String
    ) throws {
        let transcript = RequestTranscript("\(method) \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        let head = try #require(transcript.requests.first?.head)
        #expect(head.target == target)
        #expect(head.parsedTarget?.form == form)
        #expect(head.authority == authority)
        #expect(head.pathAndQuery == pathAndQuery)
    }

    @Test func `splits a path from its query at the first question mark`() throws {
        let target = try RequestTarget("/a/b?c=1?d", method: "GET")
        #expect(target.path == "/a/b")
        #expect(target.query == "c=1?d")
        #expect(try RequestTarget("/a", method: "GET").query == nil)
    }

    @Test func `sees that the client waits for 100 Continue`() {
        let fields = "Host: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
        #expect(RequestTranscript("PUT / HTTP/1.1\r\n\(fields)").requests.map(\.head.expectsContinue) == [true])
        #expect(RequestTranscript("PUT / HTTP/1.0\r\n\(fields)").requests.map(\.head.expectsContinue) == [false])
    }

    @Test func `hands over the bytes after an upgrade unread`() throws {
        var parser = RequestParser()
        parser.feed(Array("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}rest".utf8))
        guard case .head = try parser.next() else {
            Issue.record("no head")
            return
        }
        #expect(!parser.isIdle)
        #expect(try parser.next() == .end(trailers: [:]))
        #expect(parser.bufferedCount == 6)
        #expect(parser.takeRemainder() == Array("\u{1}\u{2}rest".utf8))
        #expect(parser.isIdle)
    }

    @Test func `reads borrowed bytes as it reads arrays`() throws {
        var parser = RequestParser()
        let bytes = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        // Safe because the parser copies the bytes within the closure.
        unsafe bytes.withUnsafeBytes { unsafe parser.feed($0) }
        #expect(try parser.next() == .head(RequestHead(method: "GET", target: "/", minorVersion: 0)))
        #expect(try parser.next() == .end(trailers: [:]))
        #expect(try parser.next() == nil)
    }

    @Test func `reads a value that is not UTF-8 as Latin-1`() {
        let start = Array("GET / HTTP/1.1\r\nHost: x\r\nA: ".utf8)
        let utf8 = RequestTranscript(start + Array("é\r\n\r\n".utf8))
        #expect(utf8.requests.first?.head.headers.get("a") == "é")
        let latin1 = RequestTranscript(start + [0xE9, 0x0D, 0x0A, 0x0D, 0x0A])
        #expect(latin1.requests.first?.head.headers.get("a") == "é")
    }

    @Test func `repeats its error for good`() {
        var parser = RequestParser()
        parser.feed(Array("BAD\r\n".utf8))
        let expected = HTTPParseError(
            status: 400,
            reason: "The request line is not a method, a target and a version."
        )
        #expect(throws: expected) { try parser.next() }
        parser.feed(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        #expect(throws: expected) { try parser.next() }
    }
}
