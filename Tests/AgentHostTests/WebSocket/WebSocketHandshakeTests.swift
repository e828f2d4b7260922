import AgentHost
import DurableActors
import Testing

@Suite struct `A WebSocket handshake` {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    private static func head(_ change: (inout RequestHead) -> Void = { _ in }) -> RequestHead {
        var head = RequestHead(
            method: "GET",
            target: "/chat",
            headers: [
                "Host": "x", "Upgrade": "WebSocket", "Connection": "keep-alive, UPGRADE",
                "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
            ]
        )
        change(&head)
        return head
    }

    @Test func `answers the key of RFC 6455 with its accept value`() throws {
        let offer = try WebSocketHandshake.check(Self.head())
        #expect(offer.acceptValue == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(offer.protocols == [])
        let expected: Headers = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        ]
        #expect(offer.responseHeaders() == expected)
    }

    @Test func `lists the offered subprotocols and declines extensions`() throws {
        let head = Self.head {
            $0.headers.append("Sec-WebSocket-Protocol", "a, b")
            $0.headers.append("Sec-WebSocket-Protocol", "c")
            $0.headers.append("Sec-WebSocket-Extensions", "permessage-deflate")
        }
        let offer = try WebSocketHandshake.check(head)
        #expect(offer.protocols == ["a", "b", "c"])
        let headers = offer.responseHeaders(selecting: "b")
        #expect(headers.get("sec-websocket-protocol") == "b")
        #expect(!headers.has("sec-websocket-extensions"))
    }

    @Test(
        arguments: [
            ("upgrade", nil, 426), ("upgrade", "h2c", 426), ("connection", nil, 400), ("connection", "close", 400),
            ("sec-websocket-version", nil, 426), ("sec-websocket-version", "8", 426),
            ("sec-websocket-version", "13, 8", 426), ("sec-websocket-key", nil, 400), ("sec-websocket-key", "", 400),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25j", 400), ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ", 400),
            ("sec-websocket-key", "!GhlIHNhbXBsZSBub25jZQ==", 400), ("content-length", "1", 400),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ====", 400), ("transfer-encoding", "chunked", 400),
        ] as [(String, String?, Int)]
    )
    func `is refused for a bad field`(name: String, value: String?, status: Int) {
        let head = Self.head {
            $0.headers.delete(name)
            if let value { $0.headers.append(name, value) }
        }
        let error = #expect(throws: WebSocketHandshake.Refusal.self) { try WebSocketHandshake.check(head) }
        #expect(error?.status == status)
        #expect(error?.headers.get("sec-websocket-version") == (status == 426 ? "13" : nil))
    }

    @Test func `is refused for another method, version or a second key`() {
        let post = #expect(throws: WebSocketHandshake.Refusal.self) {
            try WebSocketHandshake.check(Self.head { $0.method = "POST" })
        }
        #expect(post?.status == 405)
        #expect(post?.headers == ["Allow": "GET"])
        let old = #expect(throws: WebSocketHandshake.Refusal.self) {
            try WebSocketHandshake.check(Self.head { $0.minorVersion = 0 })
        }
        #expect(old?.status == 400)
        let twice = #expect(throws: WebSocketHandshake.Refusal.self) {
            try WebSocketHandshake.check(Self.head { $0.headers.append("Sec-WebSocket-Key", Self.key) })
        }
        #expect(twice?.status == 400)
    }

    @Test func `agrees between this client and this server`() throws {
        let key = (0..<16).map { UInt8($0 * 15) }
        let bytes = try WebSocketHandshake.request(
            host: "example.org:8080",
            target: "/chat?a=b",
            key: key,
            protocols: ["p", "q"],
            headers: ["Cookie": "c=1"]
        )
        let head = try #require(RequestTranscript(bytes).requests.first?.head)
        #expect(head.pathAndQuery == "/chat?a=b")
        #expect(head.headers.get("cookie") == "c=1")
        let offer = try WebSocketHandshake.check(head)
        var encoder = ResponseEncoder(answering: head)
        let headers = offer.responseHeaders(selecting: "q")
        let answer = try encoder.encodeHead(status: 101, headers: headers, body: .known(0), date: 0)
        let response = try #require(ResponseTranscript(answer, methods: ["GET"]).heads.first)
        #expect(try WebSocketHandshake.verify(response, key: key, protocols: ["p", "q"]) == "q")
    }

    @Test(
        arguments: [
            ("Upgrade", nil), ("Connection", nil), ("Sec-WebSocket-Accept", nil), ("Sec-WebSocket-Accept", "x"),
            ("Sec-WebSocket-Protocol", "other"), ("Sec-WebSocket-Extensions", "permessage-deflate"),
        ] as [(String, String?)]
    )
    func `is dropped by the client for a bad answer`(name: String, value: String?) throws {
        let key = Array("the sample nonce".utf8)
        var headers = try WebSocketHandshake.check(Self.head()).responseHeaders()
        #expect(try WebSocketHandshake.verify(ResponseHead(status: 101, headers: headers), key: key) == nil)
        headers.delete(name)
        if let value { headers.append(name, value) }
        let head = ResponseHead(status: 101, headers: headers)
        #expect(throws: WebSocketHandshake.ClientError.badField(name)) {
            try WebSocketHandshake.verify(head, key: key)
        }
        #expect(throws: WebSocketHandshake.ClientError.refused(status: 403)) {
            try WebSocketHandshake.verify(ResponseHead(status: 403), key: key)
        }
    }

    @Test(
        arguments: [
            ("x", "/ HTTP/1.1\r\nA: b", 16, []), ("x", "a", 16, []), ("x\r\nA: b", "/", 16, []), ("x", "/", 15, []),
            ("x", "/", 16, ["a\r\n"]),
        ] as [(String, String, Int, [String])]
    )
    func `is not requested with text that cannot stand in a head`(
        host: String,
        target: String,
        keyBytes: Int,
        protocols: [String]
    ) {
        #expect(throws: HTTPEncodeError.self) {
            try WebSocketHandshake.request(
                host: host,
                target: target,
                key: [UInt8](repeating: 1, count: keyBytes),
                protocols: protocols
            )
        }
    }
}
