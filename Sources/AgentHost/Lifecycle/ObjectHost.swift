public import Cluster
public import DurableActors
internal import Glibc
internal import Locks

/// A process that serves objects: workers, store, runtime and server, put together.
public final class ObjectHost: Sendable {
    /// What an operator chooses.
    public struct Configuration: Sendable {
        /// Where the data is; made when it is not there.
        public var dataDirectory: String
        /// The IPv4 address to listen on.
        public var address = "127.0.0.1"
        /// The port; 0 takes a free one.
        public var port: UInt16 = 8787
        /// How many worker threads; by default one a core.
        public var workers: Int
        /// Bounds of the server.
        public var server = HTTPServer.Configuration()
        /// Bounds of what objects ask of other servers.
        public var network = URLSessionNetwork.Configuration()
        /// Times and bounds of the runtime.
        public var limits = HostLimits()

        /// A host on a data directory, else the defaults.
        public init(dataDirectory: String) {
            self.dataDirectory = dataDirectory
            workers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
    }

    /// The objects of this process.
    public let runtime: DurableObjectRuntime
    private let configuration: Configuration
    private let reactor: EpollReactor
    private let log: EventLog
    /// This process among the others of a cluster; nil where it is alone.
    private let membership = Mutex<HostMembership?>(nil)

    /// Starts the workers and opens the data; refuses a directory that another process serves.
    public init(_ configuration: Configuration, log: EventLog) throws {
        // A peer that goes away while it is written to is an error of that write, not the end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        self.configuration = configuration
        self.log = log
        // The data first: a start that is refused has started no thread, so the process ends cleanly.
        let store = try LMDBStore(directory: configuration.dataDirectory)
        reactor = try EpollReactor()
        let clock = SystemClock()
        let pool = WorkerPool(workers: configuration.workers, reactor: reactor, clock: clock)
        runtime = try DurableObjectRuntime(
            world: World(
                clock: clock,
                random: SystemRandom(),
                scheduler: pool,
                network: URLSessionNetwork(configuration.network)
            ),
            opened: store,
            limits: configuration.limits,
            log: log
        )
    }

    /// Ends the process at once.
    ///
    /// What was answered is durable already; running exit handlers beside worker threads could only hang.
    public static func end(status: Int32 = 0) -> Never { _exit(status) }

    /// Makes this process a node of a cluster: it has some of the objects, and reaches the others'.
    ///
    /// To be called before any object is. Throws `ClusterError` where the membership is wrong or does not fit the data.
    public func join(_ cluster: ClusterOptions) throws {
        let membership = try wait { try await cluster.store.newest() }
        let joined = try HostMembership(cluster, membership, runtime.core, reactor)
        self.membership.withLock { $0 = joined }
    }

    /// Has the cluster's membership read again, as when it was changed.
    public func rereadMembership() { membership.withLock { $0 }?.reread() }

    /// How far this process has come with the cluster's membership; nil where it is in none.
    ///
    /// May be asked from anywhere.
    public var clusterStanding: ClusterStanding? { membership.withLock { $0 }?.standing }

    /// Ends what is done with other nodes, in order; what they wait for may end within five seconds.
    public func leave() throws {
        guard let joined = membership.withLock({ $0.take() }) else { return }
        try wait { await joined.stop() }
    }

    /// Begins to serve, clients and other nodes, once the runtime is started; returns the server and the port it listens on.
    public func serve(
        _ handler: @escaping @Sendable (Request) async throws -> Response
    ) throws -> (server: HTTPServer, port: Int) {
        let server = HTTPServer(
            world: runtime.world,
            reactor: reactor,
            configuration: configuration.server,
            log: log,
            handler: handler
        )
        try membership.withLock { $0 }?.listen()
        return (server, try server.listen(address: configuration.address, port: configuration.port))
    }

    /// Runs a piece of asynchronous work on the workers and waits for it on the calling thread; for start-up only.
    public func wait<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) throws -> Output {
        let slot = WaitingSlot<Output>()
        Task(executorPreference: runtime.world.scheduler.taskExecutor) {
            do {
                slot.set(.success(try await body()))
            } catch {
                slot.set(.failure(error))
            }
        }
        return try slot.wait()
    }

    /// Blocks the calling thread until the process is asked to end by SIGINT or SIGTERM; SIGHUP calls `reread`.
    public static func waitForEnd(onHangUp reread: () -> Void = {}) {
        var signals = heldSignals()
        var received: Int32 = 0
        repeat {
            if received == SIGHUP { reread() }
            // Safe because both pointers are to locals.
            unsafe sigwait(&signals, &received)
        } while received == SIGHUP
    }

    /// Keeps SIGINT, SIGTERM and SIGHUP for `waitForEnd`; to be called before the first thread is started.
    public static func holdSignals() { _ = heldSignals() }

    private static func heldSignals() -> sigset_t {
        var signals = sigset_t()
        // Safe because every pointer is to a local.
        unsafe sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }
}
