internal import AgentHost
internal import DurableActors
internal import Foundation
internal import RawLimits

/// A host of one class of agents on a free port, with data of its own.
final class BoardHost: Sendable {
    private static let key = "AAAAAAAAAAAAAAAAAAAAAA=="
    private static let lastOfWelcome = #""tools":[]},"type":"cf_agent_mcp_servers"}"#

    let board: Board
    private let host: ObjectHost
    private let server: HTTPServer
    private let port: Int
    private let directory: String

    init(_ name: String, in parent: String, fired: @escaping @Sendable (_ left: Int) -> Void = { _ in }) async throws {
        directory = parent + "/agents-" + name
        var configuration = ObjectHost.Configuration(dataDirectory: directory)
        configuration.port = 0
        let host = try ObjectHost(configuration, log: .silent)
        let boards = try host.runtime.registerAgent(Board.self, binding: "Board", uniqueKey: "board")
        try host.runtime.start(environment: Board.Env(fired: fired))
        (server, port) = try host.serve {
            try await host.runtime.routeAgentRequest($0) ?? Response("Not found", status: 404)
        }
        self.host = host
        board = try await getAgentByName(boards, "one")
    }

    /// Clients of the one agent, past the frames that each connection begins with.
    func clients(_ count: Int) throws -> SocketCrowd {
        try SocketCrowd(count, port: port, welcome: Array(Self.lastOfWelcome.utf8)) { place in
            let head = """
                GET /agents/board/one?_pk=client-\(place) HTTP/1.1\r
                Host: localhost\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: \(Self.key)\r
                \r

                """
            return Array(head.utf8)
        }
    }

    func remove() {
        server.stop()
        host.runtime.shutdown()
        // Silence is right: a directory left among the benchmark's data is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
