import AgentHost
import DurableActors
import HostClient

/// A server on a loopback port that answers every request with a word, with a time of its own.
final class HastyServer: Sendable {
    let time: HastyTime
    private let server: HTTPServer
    private let port: Int

    /// Starts a server whose timers over at most `seconds` do not wait.
    init(hurrying seconds: UInt64) throws {
        let reactor = try EpollReactor()
        time = HastyTime(hurrying: seconds, over: WorkerPool(workers: 2, reactor: reactor))
        let world = World(clock: time, random: SystemRandom(), scheduler: time)
        server = HTTPServer(world: world, reactor: reactor) { _ in Response("answer") }
        port = try server.listen(address: "127.0.0.1", port: 0)
    }

    func http() throws -> HTTPClient { try HTTPClient(port: port) }

    deinit {
        server.stop()
        time.shutdown()
    }
}
