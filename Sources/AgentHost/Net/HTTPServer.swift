public import DurableActors
internal import Locks

/// An HTTP/1.1 and WebSocket server on the runtime's own worker threads.
///
/// A frame is read, decoded, handled by its object and answered on the same few threads; there is no other loop.
public final class HTTPServer: Sendable {
    /// Bounds of the server.
    public struct Configuration: Sendable {
        package var http = HTTPLimits()
        package var webSocket = WebSocketLimits()
        package var patience = ConnectionPatience.Limits()
        /// How many bytes may wait for a slow reader before a streaming answer pauses.
        public var pauseBytes = 1 << 20
        /// How many bytes may wait for a slow reader before its connection is ended.
        public var maximumOutboxBytes = 64 << 20

        /// How many connections may be open; further ones are answered with 503, and far more are ended at once.
        public var maximumConnections = 50_000

        /// The defaults.
        public init() {}

        /// How long a connection may be open without a request, in milliseconds; it is ended then: 75 seconds.
        public var idleMilliseconds: UInt64 {
            get { patience.idle / 1_000_000 }
            set { patience.idle = newValue * 1_000_000 }
        }

        /// How long the head of a request may take from its first byte, in milliseconds; then it is answered with 408: 15
        /// seconds.
        public var headMilliseconds: UInt64 {
            get { patience.head / 1_000_000 }
            set { patience.head = newValue * 1_000_000 }
        }

        /// How long the body of a request may stand still, in milliseconds; then it is answered with 408: 60 seconds.
        public var bodyMilliseconds: UInt64 {
            get { patience.body / 1_000_000 }
            set { patience.body = newValue * 1_000_000 }
        }

        /// The largest request body, in bytes; a larger one is answered with 413.
        public var maximumBodyBytes: Int {
            get { http.maxBodyBytes }
            set { http.maxBodyBytes = newValue }
        }
    }

    let world: World
    let reactor: EpollReactor
    let configuration: Configuration
    let log: EventLog
    private let handler: @Sendable (Request) async throws -> Response
    private let listener = Mutex<Listener?>(nil)
    private let connections = Mutex<[ObjectIdentifier: TCPConnection]>([:])

    /// Makes a server that answers with `handler`, whose errors become status 500.
    ///
    /// `reactor` must be the one the world's workers wait on.
    public init(
        world: World,
        reactor: EpollReactor,
        configuration: Configuration = Configuration(),
        log: EventLog = .silent,
        handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.world = world
        self.reactor = reactor
        self.configuration = configuration
        self.log = log
        self.handler = handler
    }

    /// Begins to listen on an IPv4 address; returns the port, which matters where 0 was asked for.
    @discardableResult
    public func listen(address: String, port: UInt16) throws -> Int {
        let listener = try Listener(
            address: address,
            port: port,
            reactor: reactor,
            world: world
        ) { [self] in accept($0) }
        try listener.start()
        self.listener.withLock { $0 = listener }
        return listener.port
    }

    /// Stops listening and ends every connection.
    public func stop() {
        listener.withLock { listener in
            listener?.stop()
            listener = nil
        }
        for connection in connections.withLock({ Array($0.values) }) { connection.close() }
    }

    /// How many connections too many are told so at a time.
    private static let refusedAtOnce = 64

    private func accept(_ descriptor: Descriptor) {
        let connection = TCPConnection(descriptor, server: self)
        let maximum = configuration.maximumConnections
        let open = connections.withLock { connections in
            // Those that are being refused count as well, so they are bounded too.
            if connections.count < maximum + Self.refusedAtOnce {
                connections[ObjectIdentifier(connection)] = connection
            }
            return connections.count
        }
        guard open <= maximum + Self.refusedAtOnce - 1 else { return connection.close() }
        do {
            try connection.start()
            if open > maximum { connection.refuseAsOneTooMany() }
        } catch {
            log.error("A connection cannot be served: \(error)")
            connectionEnded(connection)
        }
    }

    func connectionEnded(_ connection: TCPConnection) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    func respond(_ request: Request) async -> Response {
        do {
            return try await handler(request)
        } catch let error as DurableObjectError where error.code == .unavailable {
            log.error("\(request.method) \(request.url.pathname) cannot be served: \(error)")
            return Response(error.message, status: 503)
        } catch {
            log.error("\(request.method) \(request.url.pathname) failed: \(error)")
            return Response("Internal Server Error", status: 500)
        }
    }
}
