public import AgentHost
public import DurableActors
internal import HostClient

/// The way to agents over TCP, plain: `ws` and `http`.
///
/// There is no TLS here: an address that asks for it is refused, as one of a host elsewhere does unless
/// `AgentClientOptions.scheme` is `ws`.
public struct SocketTransport: AgentTransport {
    /// The world on whose threads sockets are read and written.
    public let world: World
    private let reactor: EpollReactor

    /// Uses a world whose workers wait on `reactor`.
    public init(world: World, reactor: EpollReactor) {
        self.world = world
        self.reactor = reactor
    }

    /// Starts a thread of its own for sockets and timers, for a program that is no host; one serves any number of
    /// clients.
    public init() throws {
        let (clock, reactor) = (SystemClock(), try EpollReactor())
        let pool = WorkerPool(workers: 1, reactor: reactor, clock: clock)
        self.init(world: World(clock: clock, random: SystemRandom(), scheduler: pool), reactor: reactor)
    }

    /// Begins to open a socket.
    public func connect(
        to address: AgentAddress,
        headers: Headers,
        _ receive: @escaping @Sendable (AgentLinkEvent) -> Void
    ) -> any AgentLink {
        let link = SocketLink(world: world, reactor: reactor, receive)
        guard !address.isSecure else {
            link.fail("\(address.url(webSocket: true)) needs TLS, which this transport does not have")
            return link
        }
        world.scheduler.runBlocking { link.connect(address, headers) }
        return link
    }

    /// Sends a request over a connection of its own and reads the answer whole, on a thread that may block.
    public func fetch(_ request: Request) async throws -> Response {
        guard request.url.scheme == "http" else {
            throw AgentClientError.invalidAddress("\(request.url) needs TLS, which this transport does not have")
        }
        let body = try await request.body?.collect() ?? []
        let authority = SocketAuthority(request.url.host)
        return try await withCheckedThrowingContinuation { continuation in
            world.scheduler.runBlocking {
                continuation.resume(
                    with: Result {
                        let client = try HTTPClient(host: authority.name, port: authority.port)
                        let url = request.url
                        let answer = try client.request(
                            request.method,
                            url.pathname + (url.query.isEmpty ? "" : "?" + url.query),
                            headers: request.headers.map { ($0.name, $0.value) },
                            body: body
                        )
                        return Response(status: answer.status, headers: answer.headers, body: .bytes(answer.body))
                    }
                )
            }
        }
    }
}

/// A host and its port.
struct SocketAuthority {
    let name: String
    let port: Int

    init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), (1...65535).contains(port) else {
            (name, port) = (text, 80)
            return
        }
        (name, self.port) = (String(parts[0]), port)
    }
}
