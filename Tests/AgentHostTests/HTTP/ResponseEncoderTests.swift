import AgentHost
import DurableActors
import Testing

@Suite struct `A response encoder` {
    private static let date = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (1, true, ""), (1, false, "Connection: close\r\n"), (0, true, "Connection: keep-alive\r\n"),
        (0, false, "Connection: close\r\n"),
    ])
    func `writes a whole response`(minor: Int, keepAlive: Bool, connection: String) throws {
        var encoder = ResponseEncoder(minorVersion: minor, keepAlive: keepAlive)
        let bytes = try encoder.encodeWhole(status: 200, headers: ["A": "é"], body: Array("hi".utf8), date: 0)
        #expect(text(bytes) == "HTTP/1.1 200 OK\r\nA: é\r\nContent-Length: 2\r\n\(connection)\(Self.date)\r\nhi")
        #expect(encoder.closesConnection == !keepAlive)
    }

    @Test func `streams in chunks and ends with trailers`() throws {
        var encoder = ResponseEncoder(keepAlive: true)
        var bytes = try encoder.encodeHead(status: 201, headers: ["Date": "d"], body: .streaming, date: 0)
        bytes += try encoder.encodeChunk(Array("hello, big world".utf8))
        bytes += try encoder.encodeChunk([])
        bytes += try encoder.encodeEnd(trailers: ["X": "1"])
        let head = "HTTP/1.1 201 Created\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(text(bytes) == head + "10\r\nhello, big world\r\n0\r\nX: 1\r\n\r\n")
        #expect(!encoder.closesConnection)
    }

    @Test func `ends a stream to HTTP 1.0 with the connection`() throws {
        var encoder = ResponseEncoder(minorVersion: 0, keepAlive: true)
        var bytes = try encoder.encodeHead(status: 200, headers: [:], body: .streaming, date: 0)
        bytes += try encoder.encodeChunk(Array("abc".utf8))
        bytes += try encoder.encodeEnd(trailers: ["X": "1"])
        #expect(text(bytes) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\(Self.date)\r\nabc")
        #expect(encoder.closesConnection)
    }

    @Test(
        arguments: [
            ("HEAD", 200, ResponseEncoder.BodyLength.known(3), [:] as Headers, "Content-Length: 3\r\n"),
            ("HEAD", 200, .streaming, [:], ""),
            ("HEAD", 200, .known(0), ["content-length": "77"], "Content-Length: 77\r\n"),
            ("GET", 204, .known(3), ["content-length": "3"], ""),
            ("GET", 205, .known(3), [:], "Content-Length: 0\r\n"),
            ("GET", 304, .known(0), [:], ""),
            ("GET", 304, .known(0), ["content-length": "9"], "Content-Length: 9\r\n"),
        ] as [(String, Int, ResponseEncoder.BodyLength, Headers, String)]
    )
    func `sends no body where there is none`(
        method: String,
        status: Int,
        body: ResponseEncoder.BodyLength,
        headers: Headers,
        field: String
    ) throws {
        var encoder = ResponseEncoder(method: method, keepAlive: true)
        var bytes = try encoder.encodeHead(status: status, statusText: "", headers: headers, body: body, date: 0)
        bytes += try encoder.encodeChunk(Array("abc".utf8))
        bytes += try encoder.encodeEnd()
        #expect(text(bytes) == "HTTP/1.1 \(status) \r\n\(field)\(Self.date)\r\n")
    }

    @Test func `sends interim heads before the final one`() throws {
        var encoder = ResponseEncoder(keepAlive: true)
        let interim = try encoder.encodeHead(status: 100, headers: [:], body: .known(0), date: 0)
        #expect(text(interim) == "HTTP/1.1 100 Continue\r\n\r\n")
        let final = try encoder.encodeWhole(status: 200, headers: [:], body: [], date: 0)
        #expect(text(final) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(Self.date)\r\n")
    }

    @Test func `owns the framing fields`() throws {
        var encoder = ResponseEncoder(keepAlive: true)
        let headers: Headers = [
            "Transfer-Encoding": "gzip", "content-length": "99", "Connection": "Upgrade, close", "Upgrade": "h",
        ]
        let bytes = try encoder.encodeWhole(status: 426, headers: headers, body: [65], date: 0)
        let fields = "Upgrade: h\r\nContent-Length: 1\r\nConnection: Upgrade, close\r\n\(Self.date)"
        #expect(text(bytes) == "HTTP/1.1 426 Upgrade Required\r\n\(fields)\r\nA")
        #expect(encoder.closesConnection)
    }

    @Test func `holds a stream to its announced length`() throws {
        var encoder = ResponseEncoder(keepAlive: true)
        let head = try encoder.encodeHead(status: 200, headers: ["Content-Length": "4"], body: .streaming, date: 0)
        #expect(text(head) == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\(Self.date)\r\n")
        #expect(try encoder.encodeChunk([1, 2]) == [1, 2])
        #expect(throws: HTTPEncodeError.lengthMismatch(announced: 4)) { try encoder.encodeChunk([3, 4, 5]) }
        #expect(throws: HTTPEncodeError.lengthMismatch(announced: 4)) { try encoder.encodeEnd() }
        #expect(try encoder.encodeChunk([3, 4]) == [3, 4])
        #expect(try encoder.encodeEnd() == [])
        #expect(throws: HTTPEncodeError.outOfOrder("The response was already ended.")) { try encoder.encodeEnd() }
    }

    @Test(
        arguments: [
            (200, nil, ["A": "b\r\nC: d"] as Headers, HTTPEncodeError.invalidHeaderValue(name: "A")),
            (200, nil, ["A": "b\nC"], .invalidHeaderValue(name: "A")),
            (200, nil, ["A": "\0"], .invalidHeaderValue(name: "A")),
            (200, nil, ["A\r\nB": "c"], .invalidHeaderName("A\r\nB")),
            (200, nil, ["A:": "c"], .invalidHeaderName("A:")),
            (200, nil, ["": "c"], .invalidHeaderName("")),
            (200, "OK\r\nA: b", [:], .invalidStartLine("OK\r\nA: b")),
            (99, nil, [:], .invalidStatus(99)),
            (1000, nil, [:], .invalidStatus(1000)),
            (200, nil, ["Content-Length": "1\r\n"], .invalidHeaderValue(name: "Content-Length")),
            (200, nil, ["Content-Length": "-1"], .invalidHeaderValue(name: "Content-Length")),
            (200, nil, ["Connection": "a\r\nB: c"], .invalidHeaderValue(name: "Connection")),
            (200, nil, ["Date": "\r\n\r\n"], .invalidHeaderValue(name: "Date")),
            (100, nil, ["A": "b\r\n\r\nHTTP/1.1 200 OK"], .invalidHeaderValue(name: "A")),
        ] as [(Int, String?, Headers, HTTPEncodeError)]
    )
    func `refuses what would split a response and can still send another`(
        status: Int,
        statusText: String?,
        headers: Headers,
        error: HTTPEncodeError
    ) throws {
        var encoder = ResponseEncoder(keepAlive: true)
        #expect(throws: error) {
            try encoder.encodeHead(status: status, statusText: statusText, headers: headers, body: .streaming, date: 0)
        }
        let bytes = try encoder.encodeWhole(status: 500, headers: [:], body: [], date: 0)
        #expect(text(bytes).hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test(arguments: [["Content-Length": "1"] as Headers, ["X": "a\nb"], ["host": "x"]])
    func `refuses trailers that frame or split`(trailers: Headers) throws {
        var encoder = ResponseEncoder(keepAlive: true)
        _ = try encoder.encodeHead(status: 200, headers: [:], body: .streaming, date: 0)
        #expect(throws: HTTPEncodeError.self) { try encoder.encodeEnd(trailers: trailers) }
    }

    @Test(arguments: Feeding.allCases)
    func `writes what the response parser reads back`(feeding: Feeding) throws {
        var bytes: [UInt8] = []
        for body in [ResponseEncoder.BodyLength.known(6), .streaming] {
            var encoder = ResponseEncoder(answering: RequestHead(method: "GET", target: "/"))
            bytes += try encoder.encodeHead(status: 200, headers: ["Set-Cookie": "a=1"], body: body, date: 0)
            bytes += try encoder.encodeChunk(Array("abc".utf8))
            bytes += try encoder.encodeChunk(Array("def".utf8))
            bytes += try encoder.encodeEnd()
        }
        let transcript = ResponseTranscript(bytes, feeding)
        #expect(transcript.error == nil)
        #expect(transcript.bodies == [Array("abcdef".utf8), Array("abcdef".utf8)])
        #expect(transcript.heads.map { $0.headers.get("set-cookie") } == ["a=1", "a=1"])
    }
}

@Suite struct `An HTTP date` {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func `has the fixed format`(seconds: Int64, text: String) {
        #expect(HTTPDate.format(epochSeconds: seconds) == text)
    }
}
