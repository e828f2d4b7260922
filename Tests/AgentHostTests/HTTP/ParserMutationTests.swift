import AgentHost
import DurableActors
import Testing

@Suite struct `Mutated HTTP messages` {
    private static let alphabet = Array("\r\n :;,\t\0\u{7F}09aAfFgG/?#@[]%HTTP".utf8) + [0x80, 0xC3, 0xFF]

    private static let requests = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET //b HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloPUT http://e/ HTTP/1.1\r\nHost: e\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
    ]

    private static let responses = [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
            + "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.0 200 OK\r\n\r\ntail",
    ]

    private static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.maxRequestLineBytes = 48
        limits.maxHeaderBytes = 96
        limits.maxBodyBytes = 24
        return limits
    }()

    @Test func `start from messages that are accepted`() {
        for text in Self.requests {
            #expect(RequestTranscript(text, limits: Self.limits).error == nil)
        }
        for text in Self.responses {
            #expect(ResponseTranscript(Array(text.utf8), limits: Self.limits).error == nil)
        }
    }

    @Test(arguments: 1...8)
    func `never trap the request parser and mean the same however they arrive`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<300 {
            let text = try #require(Self.requests.randomElement(using: &generator))
            let bytes = generator.mutate(Array(text.utf8), alphabet: Self.alphabet)
            let whole = RequestTranscript(bytes, .whole, limits: Self.limits)
            #expect(whole == RequestTranscript(bytes, .byteByByte, limits: Self.limits))
            #expect(whole == RequestTranscript(bytes, .inSevens, limits: Self.limits))
            refused += whole.error == nil ? 0 : 1
        }
        #expect((100..<280).contains(refused))
    }

    @Test(arguments: 1...8)
    func `never trap the response parser and mean the same however they arrive`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<300 {
            let text = try #require(Self.responses.randomElement(using: &generator))
            let bytes = generator.mutate(Array(text.utf8), alphabet: Self.alphabet)
            let whole = ResponseTranscript(bytes, .whole, limits: Self.limits)
            #expect(whole == ResponseTranscript(bytes, .byteByByte, limits: Self.limits))
            #expect(whole == ResponseTranscript(bytes, .inSevens, limits: Self.limits))
            refused += whole.error == nil ? 0 : 1
        }
        #expect((100..<280).contains(refused))
    }
}
