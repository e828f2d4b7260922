import AgentHost
import DurableActors
import HostClient
import Testing

/// A client that sends faster than its object handles.
@Suite(.timeLimit(.minutes(1))) struct FloodTests {
    @Test func `reading pauses at 256 unhandled messages and goes on when they are handled`() throws {
        let host = try LoopbackHost(agent: NoteAgent.self, environment: .init())
        let socket = try ClientSocket(port: host.port)
        let request = try WebSocketHandshake.request(
            host: "x",
            target: "/agents/note-agent/room",
            key: [UInt8](repeating: 7, count: 16),
            headers: Headers()
        )
        try socket.write(request)
        let messages = 320
        let frame = FrameEncoder.binary([UInt8](repeating: 0xFF, count: 60 << 10), mask: MaskKey(0))
        NativeThread.start {
            // Silence is right: a write that fails leaves answers missing, which the test sees.
            for _ in 0..<messages { try? socket.write(frame) }
        }
        let path = "/agents/note-agent/room"
        _ = try host.http().request("GET", path + "?held=256")
        for _ in 0..<20 {
            let held = Int(try host.http().request("GET", path + "?held=256").text) ?? 0
            // One read takes 64 KiB, in which the beginning of a second message may be.
            #expect((256...258).contains(held))
        }
        _ = try host.http().request("GET", path + "?release=1")
        // Each answer is one byte of content, 0xFF, which nothing else of the protocol contains here.
        var answers = 0
        while answers < messages, let bytes = try socket.read() { answers += bytes.count { $0 == 0xFF } }
        #expect(answers == messages)
    }
}
