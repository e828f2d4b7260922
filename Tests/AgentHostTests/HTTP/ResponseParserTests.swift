import AgentHost
import DurableActors
import Testing

@Suite struct `A response parser` {
    @Test(arguments: Feeding.allCases)
    func `reads responses of every framing however they arrive`(feeding: Feeding) {
        let text =
            "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
            + "HTTP/1.1 404\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 \r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"
            + "HTTP/1.0 200 Fine\r\n\r\nuntil the end"
        let methods = ["GET", "GET", "HEAD", "GET", "GET", "GET"]
        let transcript = ResponseTranscript(Array(text.utf8), feeding, methods: methods)
        #expect(transcript.error == nil)
        #expect(transcript.interim == [ResponseHead(status: 103, statusText: "Early Hints", headers: ["Link": "a"])])
        #expect(transcript.heads.map(\.status) == [200, 404, 200, 204, 304, 200])
        #expect(transcript.heads.map(\.statusText) == ["OK", "", "OK", "", "Not Modified", "Fine"])
        #expect(transcript.heads.map(\.keepAlive) == [true, true, true, true, true, false])
        let bodies = transcript.bodies.map { String(decoding: $0, as: UTF8.self) }
        #expect(bodies == ["hello", "abc", "", "", "", "until the end"])
        #expect(transcript.trailers == [[:], ["T": "1"], [:], [:], [:], [:]])
    }

    @Test(
        arguments: Feeding.allCases,
        [
            "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 200 \u{1}\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\n", "HTTP",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ]
    )
    func `refuses malformed, unfinished and unasked responses with 502`(feeding: Feeding, text: String) {
        #expect(ResponseTranscript(Array(text.utf8), feeding, methods: ["GET"]).error?.status == 502)
    }

    @Test func `ends a 101 at once and hands over the rest`() throws {
        var parser = ResponseParser()
        parser.expectResponse(to: "GET")
        parser.feed(Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nrest".utf8))
        let head = ResponseHead(status: 101, statusText: "Switching Protocols", headers: ["Upgrade": "websocket"])
        #expect(try parser.next() == .head(head))
        #expect(try parser.next() == .end(trailers: [:]))
        #expect(parser.takeRemainder() == Array("rest".utf8))
    }

    @Test(arguments: Feeding.allCases)
    func `stops an endless body at the limit`(feeding: Feeding) {
        var limits = HTTPLimits()
        limits.maxBodyBytes = 4
        let bytes = Array("HTTP/1.1 200 OK\r\n\r\nhello".utf8)
        let transcript = ResponseTranscript(bytes, feeding, methods: ["GET"], limits: limits)
        #expect(transcript.bodies == [Array("hell".utf8)])
        #expect(transcript.error == HTTPParseError(status: 502, reason: "The body is longer than 4 bytes."))
    }
}
