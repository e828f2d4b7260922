import AgentHost
import DurableActors
import HostClient
import Testing

/// What a hostile client sends to a real host, and that the host goes on serving afterwards.
@Suite(.timeLimit(.minutes(1))) struct HostileWireTests {
    private func host() throws -> LoopbackHost {
        try LoopbackHost(maximumBodyBytes: 1000) { runtime in
            _ = try runtime.registerAgent(NoteAgent.self, binding: "NoteAgent", uniqueKey: "note")
            try runtime.start(environment: NoteAgent.Env())
            return { request in
                switch request.url.pathname {
                case "/throw": throw DurableObjectError(.unsupported, "no")
                case "/stream":
                    let (stream, writer) = ByteStream.make()
                    for piece in ["one ", "two ", "three"] { try await writer.write(piece) }
                    writer.finish()
                    return Response(body: .stream(stream))
                default: return try await runtime.routeAgentRequest(request) ?? Response("Not found", status: 404)
                }
            }
        }
    }

    @Test(arguments: [
        ("GARBAGE\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ])
    func `a malformed request is answered with its status and the host goes on`(text: String, status: Int) throws {
        let host = try host()
        let bad = try host.http()
        try bad.send(Array(text.utf8))
        #expect(try bad.readAnswer().status == status)
        #expect(try host.http().request("GET", "/agents/note-agent/a").status == 200)
    }

    @Test func `a handler that throws is answered with 500, and the connection stays`() throws {
        let host = try host()
        let http = try host.http()
        #expect(try http.request("GET", "/throw").status == 500)
        #expect(try http.request("GET", "/unknown").status == 404)
    }

    @Test func `chunked bodies work both ways, and pipelined requests are answered in order`() throws {
        let host = try host()
        let http = try host.http()
        #expect(try http.request("GET", "/stream").text == "one two three")
        let chunked =
            "POST /agents/note-agent/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        try http.send(Array((chunked + chunked.replacing("note-agent/a", with: "note-agent/b")).utf8))
        #expect(try http.readAnswer().text == "a POST abcde")
        #expect(try http.readAnswer().text == "b POST abcde")
    }

    @Test func `a body over the limit is refused while it comes, and 100-continue is honoured`() throws {
        let host = try host()
        let http = try host.http()
        let head = "POST /agents/note-agent/a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        try http.send(Array(head.utf8))
        try http.send(Array("abcd".utf8))
        #expect(try http.readAnswer().text == "a POST abcd")
    }

    /// Raw client frames after a proper handshake, and the close code each deserves.
    @Test(
        arguments: [
            ([0x81, 0x01, 0x41], 1002),  // not masked
            ([0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),  // not UTF-8
            ([0xC1, 0x81, 0, 0, 0, 0, 0x41], 1002),  // a reserved bit
            ([0x83, 0x81, 0, 0, 0, 0, 0x41], 1002),  // an unknown opcode
            ([0x09, 0x80, 0, 0, 0, 0], 1002),  // a fragmented ping
            ([0x80, 0x81, 0, 0, 0, 0, 0x41], 1002),  // a continuation of nothing
            ([0x82, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], 1009),  // 4 GiB announced
        ] as [([UInt8], Int)]
    )
    func `a frame that breaks the protocol is answered with its close code`(frame: [UInt8], code: Int) throws {
        let host = try host()
        let socket = try host.socket("/agents/note-agent/room")
        for _ in 0..<3 { _ = try socket.receive() }
        try socket.sendRaw(frame)
        guard case .closed(let closed, _) = try socket.receive() else { return #expect(Bool(false), "not closed") }
        #expect(closed == code)
        let other = try host.socket("/agents/note-agent/room")
        #expect(try other.receive() == .text(#"{"name":"room","agent":"note-agent","type":"cf_agent_identity"}"#))
    }

    @Test func `fragments with a ping between them make one message`() throws {
        let host = try host()
        let socket = try host.socket("/agents/note-agent/room")
        for _ in 0..<3 { _ = try socket.receive() }
        try socket.sendRaw([0x01, 0x82, 0, 0, 0, 0, 0x68, 0x65])
        try socket.sendRaw([0x89, 0x80, 0, 0, 0, 0])
        try socket.sendRaw([0x80, 0x81, 0, 0, 0, 0, 0x79])
        #expect(try socket.receive() == .text("echo hey"))
    }

    @Test func `an upgrade that is not one is refused and leaves nothing behind`() throws {
        let host = try host()
        let http = try host.http()
        let head =
            "GET /agents/note-agent/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try http.send(Array(head.utf8))
        #expect(try http.readAnswer().status == 426)
    }
}
