import AgentHost
import DurableActors
import Testing

@Suite struct `A request parser refuses` {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n"
    private static let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: [
        "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", " GET / HTTP/1.1\r\n", "GET /\r\n", "GET\r\n",
        "G\u{1}T / HTTP/1.1\r\n", "GE(T / HTTP/1.1\r\n", "GET /a\u{7F} HTTP/1.1\r\n", "GET /é HTTP/1.1\r\n",
        "GET /#f HTTP/1.1\r\n", "GET a/b HTTP/1.1\r\n", "GET * HTTP/1.1\r\n", "GET ftp://x/ HTTP/1.1\r\n",
        "GET http:///x HTTP/1.1\r\n", "GET http://u@h/ HTTP/1.1\r\n", "GET http://h:99999/ HTTP/1.1\r\n",
        "CONNECT /x HTTP/1.1\r\n", "GET / http/1.1\r\n", "GET / HTTP/11\r\n", "GET / HTTP/1.11\r\n",
        "GET / HTTP/1.1\n", "\n", "\r\n\r\n", "GET\t/ HTTP/1.1\r\n", "GET / HTTP/1.1\rX\r\n", "GET / HTTP/1.x\r\n",
    ])
    func `a malformed request line with 400`(line: String) {
        expect(400, for: line + "Host: x\r\n\r\n")
    }

    @Test(arguments: [
        "Host : x\r\n", " Host: x\r\n", "\tHost: x\r\n", "Host: x\r\n folded\r\n", "Host: x\r\n\tfolded\r\n",
        "Host: x\r\nNoColon\r\n", "Host: x\r\n: v\r\n", "Host: x\r\nA\u{0}: v\r\n", "Host: x\r\nA: v\u{0}\r\n",
        "Host: x\r\nA: v\rB: w\r\n", "Host: x\r\nA: v\n", "Host: x\nA: v\r\n", "Host: x\r\nA: \u{7F}\r\n",
        "Host: x\r\nA b: v\r\n", "Host: x\r\nA\t: v\r\n", "Host: x\r\nÄ: v\r\n", "A: v\r\n", "Host: x\r\nHost: x\r\n",
        "Host:\r\n", "Host: x y\r\n", "Host: a,b\r\n", "Host: a/b\r\n", "Host: u@h\r\n", "Host: x:\u{41}\r\n",
        "Host: [::1\r\n", "Host: x:65536\r\n", "Host: :80\r\n", "Host: x\r\n\n", "Host: x#f\r\n", "Host: []\r\n",
    ])
    func `a malformed field block with 400`(fields: String) {
        expect(400, for: "GET / HTTP/1.1\r\n\(fields)\r\n")
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", 400),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", 400),
        ("Content-Length: 5, 5\r\n", 400), ("Content-Length: +5\r\n", 400), ("Content-Length: -1\r\n", 400),
        ("Content-Length: 0x5\r\n", 400), ("Content-Length: 5 5\r\n", 400), ("Content-Length:\r\n", 400),
        ("Content-Length: 104857601\r\n", 413), ("Content-Length: 99999999999999999999999\r\n", 413),
        ("Transfer-Encoding: gzip\r\n", 400), ("Transfer-Encoding: identity\r\n", 400),
        ("Transfer-Encoding: chunked, gzip\r\n", 400), ("Transfer-Encoding: chunked, chunked\r\n", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Transfer-Encoding:\r\n", 400), ("Transfer-Encoding: , chunked\r\n", 400),
        ("Transfer-Encoding: chunked;q=1\r\n", 400), ("Transfer-Encoding: \u{B}chunked\r\n", 400),
        ("Transfer-Encoding: xchunked\r\n", 400), ("Transfer-Encoding: gzip, chunked\r\n", 501),
        ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501),
    ])
    func `ambiguous framing`(fields: String, status: Int) {
        expect(status, for: Self.get + fields + "\r\n0\r\n\r\n")
    }

    @Test func `a transfer coding in HTTP 1.0 with 400`() {
        expect(400, for: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"])
    func `another version with 505`(version: String) {
        expect(505, for: "GET / \(version)\r\nHost: x\r\n\r\n")
        expect(505, for: "PRI * \(version)\r\n\r\n")
    }

    @Test(arguments: [
        "\r\n", "g\r\n", "5 \r\nhello\r\n", " 5\r\nhello\r\n", "0x5\r\nhello\r\n", "+5\r\nhello\r\n", "-1\r\n",
        "5\nhello\r\n", "5\r\nhello\n", "5\r\nhelloX\r\n", "5\r\nhell\r\n0\r\n", "5\r\nhello\rX",
        "5;a\u{0}\r\nhello\r\n", "5;a\rb\r\nhello\r\n", "5,a\r\nhello\r\n", "00000000000000005\r\nhello\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: y\r\n\r\n",
        "0\r\n x: y\r\n\r\n", "0\r\nx : y\r\n\r\n", "0\r\n\n",
    ])
    func `malformed chunks with 400`(body: String) {
        expect(400, for: Self.chunked + body)
    }

    @Test func `a chunked body over its limits with 413`() {
        var limits = HTTPLimits()
        limits.maxBodyBytes = 8
        limits.maxChunkExtensionBytes = 6
        expect(413, for: Self.chunked + "9\r\n", limits: limits)
        expect(413, for: Self.chunked + "5\r\nhello\r\n4\r\n", limits: limits)
        expect(413, for: Self.chunked + "FFFFFFFFFFFFFFFF\r\n", limits: limits)
        expect(413, for: Self.chunked + "1;abc\r\nx\r\n1;abc\r\n", limits: limits)
        let exact = RequestTranscript(Self.chunked + "5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", limits: limits)
        #expect(exact.requests.map(\.body) == [Array("helloabc".utf8)])
        #expect(exact.requests.first?.trailers == [:])
    }

    @Test func `an announced body over the limit with 413`() {
        var limits = HTTPLimits()
        limits.maxBodyBytes = 4
        expect(413, for: Self.get + "Content-Length: 5\r\n\r\nhello", limits: limits)
        #expect(RequestTranscript(Self.get + "Content-Length: 4\r\n\r\nhell", limits: limits).error == nil)
    }

    @Test func `a request line over the limit with 414 even when it never ends`() {
        let fitting = "GET /" + String(repeating: "a", count: 8192 - 14)
        #expect(RequestTranscript(fitting + " HTTP/1.1\r\nHost: x\r\n\r\n").requests.count == 1)
        expect(414, for: fitting + "a HTTP/1.1\r\nHost: x\r\n\r\n")
        expect(414, for: String(repeating: "a", count: 8194))
        #expect(RequestTranscript(String(repeating: "a", count: 8193)).error == nil)
    }

    @Test func `a header block over the limit with 431`() {
        var limits = HTTPLimits()
        limits.maxHeaderBytes = 32
        let head = "GET / HTTP/1.1\r\n"
        let fitting = head + "Host: x\r\nA: " + String(repeating: "v", count: 32 - 9 - 3 - 2 - 2)
        #expect(RequestTranscript(fitting + "\r\n\r\n", limits: limits).requests.count == 1)
        expect(431, for: fitting + "v\r\n\r\n", limits: limits)
        expect(431, for: head + String(repeating: "a", count: 40), limits: limits)
        expect(431, for: Self.chunked + "0\r\nA: " + String(repeating: "v", count: 65_536))
    }

    @Test func `more fields than the limit with 431`() {
        let fields = String(repeating: "a: b\r\n", count: 127)
        #expect(RequestTranscript(Self.get + fields + "\r\n").requests.first?.head.headers.count == 128)
        expect(431, for: Self.get + fields + "a: b\r\n\r\n")
    }

    private func expect(
        _ status: Int,
        for text: String,
        limits: HTTPLimits = HTTPLimits(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for feeding in Feeding.allCases {
            let error = RequestTranscript(text, feeding, limits: limits).error
            #expect(error?.status == status, "\(text.prefix(80).debugDescription)", sourceLocation: sourceLocation)
        }
    }
}
