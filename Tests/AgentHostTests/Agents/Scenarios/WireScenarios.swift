import AgentHost
import DurableActors
import HostClient
import Testing

/// What only a real socket shows.
@Suite(.timeLimit(.minutes(1))) struct WireScenarios {
    private func connected() throws -> (LoopbackHost, WebSocketClient) {
        let host = try LoopbackHost(agent: NoteAgent.self, environment: .init())
        let socket = try host.socket("/agents/note-agent/room")
        for _ in 0..<3 { _ = try socket.receive() }
        return (host, socket)
    }

    @Test func `a call in three fragments is one call`() throws {
        let (host, socket) = try connected()
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
