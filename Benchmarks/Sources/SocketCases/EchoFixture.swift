internal import Foundation
internal import HostClient
internal import Measure

/// An echo's host and how many clients it gets, each with an object and a thread of its own.
final class EchoFixture: Sendable {
    private let clients: Int
    private let host: EchoHost

    init(clients: Int, host: EchoHost) {
        self.clients = clients
        self.host = host
    }

    func run(for duration: Duration) async throws -> SliceResult {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: SliceResult.self) { group in
            for client in 0..<clients {
                group.addTask { [port = host.port] in
                    try await withCheckedThrowingContinuation { continuation in
                        Thread.detachNewThread {
                            continuation.resume(with: Result { try Self.pingPong(port, client, for: duration) })
                        }
                    }
                }
            }
            return try await group.together(since: start)
        }
    }

    private static func pingPong(_ port: Int, _ client: Int, for duration: Duration) throws -> SliceResult {
        let socket = try WebSocketClient(port: port, path: "/client-\(client)")
        let text = String(repeating: "x", count: 64)
        return try TimedLoop.run(for: duration) {
            try socket.send(text)
            guard case .text = try socket.receive() else { throw ClientError("The host ended the connection") }
        }
    }

    func remove() { host.remove() }
}
