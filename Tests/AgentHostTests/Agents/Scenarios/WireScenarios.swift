import AgentHost
import DurableActors
import HostClient
import Testing

/// What only a real socket shows.
@Suite(.timeLimit(.minutes(1))) struct WireScenarios {
    private func connected(_ headers: [(String, String)] = []) throws -> (LoopbackHost, WebSocketClient) {
        let host = try LoopbackHost(agent: NoteAgent.self, environment: .init())
        let socket = try WebSocketClient(port: host.port, path: "/agents/note-agent/room", headers: headers)
        for _ in 0..<3 { _ = try socket.receive() }
        return (host, socket)
    }

    @Test func `AG 67: a call in three fragments is one call, also of a client whose offer to compress is declined`()
        throws
    {
        let offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
        let (host, socket) = try connected([offer])
        let upgrade = [
            offer, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ]
        let answer = try host.http().request("GET", "/agents/note-agent/room", headers: upgrade)
        #expect(answer.status == 101)
        #expect(answer.headers.get("Sec-WebSocket-Extensions") == nil)
        let parts = [#"{"args":[2,3],"id":"1","#, #""method":"add","#, #""type":"rpc"}"#]
        let mask = MaskKey(0x1234_5678)
        for (place, part) in parts.enumerated() {
            let opcode = place == 0 ? Opcode.text : .continuation
            let frame = Frame(isFinal: place == 2, opcode: opcode, payload: Array(part.utf8))
            try socket.sendRaw(FrameEncoder.encode(frame, mask: mask))
        }
        #expect(try socket.receive() == .text(#"{"done":true,"id":"1","result":5,"success":true,"type":"rpc"}"#))
        withExtendedLifetime(host) {}
    }

    @Test func `AG 68: a message of five MiB reaches onMessage`() throws {
        let (host, socket) = try connected()
        let text = String(repeating: "x", count: 5 << 20)
        try socket.send(text)
        #expect(try socket.receive() == .text("echo " + text))
        withExtendedLifetime(host) {}
    }
}
