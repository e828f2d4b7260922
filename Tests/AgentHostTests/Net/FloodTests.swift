import AgentHost
import DurableActors
import HostClient
import Testing

/// A client that sends faster than its object handles.
@Suite(.timeLimit(.minutes(1))) struct FloodTests {
    private static let path = "/agents/note-agent/room"

    /// Sends messages that are held, and tells how many are held once there are as many as expected, and later.
    private func held(_ host: LoopbackHost, _ expected: Int) throws -> [Int] {
        try (0..<20).map { _ in
            try Int(host.http().request("GET", Self.path + "?held=\(expected)").text) ?? 0
        }
    }

    @Test func `reading pauses at 256 unhandled messages and goes on when they are handled`() throws {
        let host = try LoopbackHost(agent: NoteAgent.self, environment: .init())
        let messages = 320
        let socket = try host.flood(Self.path, with: [UInt8](repeating: 0xFF, count: 60 << 10), times: messages)
        // One read takes 64 KiB, in which the beginning of a second message may be; from a door comes a window of 256 KiB.
        #expect(try held(host, 256).allSatisfy { (256...261).contains($0) })
        _ = try host.http().request("GET", Self.path + "?release=1")
        // Each answer is one byte of content, 0xFF, which nothing else of the protocol contains here.
        var answers = 0
        while answers < messages, let bytes = try socket.read() { answers += bytes.count { $0 == 0xFF } }
        #expect(answers == messages)
    }

    @Test func `of messages that take much memory reading pauses earlier, and none is lost`() throws {
        let host = try LoopbackHost(agent: NoteAgent.self, environment: .init())
        let messages = 40
        // Each counts for sixteen and one.
        let socket = try host.flood(Self.path, with: [UInt8](repeating: 0xFF, count: 4 << 20), times: messages)
        #expect(try held(host, 16).allSatisfy { $0 == 16 })
        _ = try host.http().request("GET", Self.path + "?release=1")
        var answers = 0
        while answers < messages, let bytes = try socket.read() { answers += bytes.count { $0 == 0xFF } }
        #expect(answers == messages)
    }
}
