package import DurableActors
internal import Locks

/// The links of one node to all others.
///
/// Concurrency: any thread; nothing blocks.
package final class PeerLinks: Sendable {
    struct State {
        var peers: [String: PeerLink] = [:]
        var connections: [ObjectIdentifier: LinkConnection] = [:]
        var epoch: UInt64 = 0
        /// How often this node has tried to connect to any other.
        var attempts: UInt64 = 0
        var isStopped = false
        var leaving: [CheckedContinuation<Void, Never>] = []
    }

    let identity: LinkIdentity
    let world: World
    let limits: LinkLimits
    let dialler: any LinkDialler
    let log: EventLog
    let expiries: LinkExpiries
    private let acceptor: LinkAcceptor
    private let heard: @Sendable (_ peer: String, _ epoch: UInt64) -> Void
    private let state = Mutex(State())

    /// Makes the links of the node `name`, of which none stands.
    ///
    /// `accept` takes the streams of others. `heard` is told the epoch of the membership that a node knows, whenever a link
    /// to it comes to stand.
    package init(
        name: String,
        secret: [UInt8],
        world: World,
        dialler: any LinkDialler,
        limits: LinkLimits = LinkLimits(),
        log: EventLog = .silent,
        heard: @escaping @Sendable (_ peer: String, _ epoch: UInt64) -> Void = { _, _ in },
        accept: @escaping LinkAcceptor
    ) {
        identity = LinkIdentity(name: name, incarnation: world.random.next(), secret: secret)
        self.world = world
        self.limits = limits
        self.dialler = dialler
        self.log = log
        self.heard = heard
        acceptor = accept
        expiries = LinkExpiries(world: world)
    }

    /// The node's own name.
    package var name: String { identity.name }

    /// Sets who the others are.
    ///
    /// A link to a node that is no longer among them stays for as long as that node keeps it up: it may have much to give
    /// away. One to a node whose address has changed stays too; the address is for the next connection.
    package func setPeers(_ nodes: [ClusterNode], epoch: UInt64) {
        let others = Dictionary(
            nodes.filter { $0.name != name }.map { ($0.name, $0.peerAddress) },
            uniquingKeysWith: { first, _ in first }
        )
        let peers = state.withLock { state -> [(PeerLink, String?)] in
            guard !state.isStopped else { return [] }
            state.epoch = epoch
            let names = Set(others.keys).union(state.peers.keys)
            return names.sorted().map { (peer(&state, $0), others[$0]) }
        }
        for (peer, address) in peers { peer.set(address: address) }
    }

    /// Whether the link to a node stands.
    package func isUp(_ name: String) -> Bool { state.withLock { $0.peers[name] }?.isUp ?? false }

    /// The link to a node of the membership; connects when a stream is opened.
    package func link(to name: String) throws(LinkError) -> PeerLink {
        guard let peer = state.withLock({ $0.peers[name] }) else { throw .unknownPeer(name) }
        return peer
    }

    /// Takes a connection that another node has made.
    package func accept(_ transport: any LinkTransport) {
        let connection = connection(to: nil, attempt: 0, over: transport)
        start(connection)
    }

    /// Says goodbye to all: their streams go on to their end, at most for so many nanoseconds.
    ///
    /// Returns when no connection is left.
    package func stop(within nanoseconds: UInt64) async {
        let (peers, connections) = state.withLock { state in
            state.isStopped = true
            return (Array(state.peers.values), Array(state.connections.values))
        }
        for peer in peers { peer.stop() }
        for connection in connections { connection.goodbye() }
        let due = world.clock.uptimeNanoseconds + nanoseconds
        let timer = world.scheduler.schedule(atUptime: due) { [self] in
            for connection in state.withLock({ Array($0.connections.values) }) { connection.end(.dropped) }
        }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if !state.connections.isEmpty { state.leaving.append(continuation) }
                return state.connections.isEmpty
            }
            if isDone { continuation.resume() }
        }
        timer.cancel()
    }

    // MARK: - Connections

    var lastAttempt: UInt64 { state.withLock { $0.attempts } }

    func nextAttempt() -> UInt64 {
        state.withLock { state in
            state.attempts += 1
            return state.attempts
        }
    }

    /// A connection that is still to be started.
    func connection(to peer: String?, attempt: UInt64, over transport: any LinkTransport) -> LinkConnection {
        let session = LinkSession(
            identity,
            to: peer,
            epoch: state.withLock { $0.epoch },
            attempt: attempt,
            nonce: world.random.bytes(LinkHello.nonceBytes),
            limits: limits,
            now: world.clock.uptimeNanoseconds
        )
        return LinkConnection(session, to: peer, over: transport, world: world, expiries: expiries, owner: self)
    }

    func start(_ connection: LinkConnection) {
        let isStopped = state.withLock { state in
            if !state.isStopped { state.connections[ObjectIdentifier(connection)] = connection }
            return state.isStopped
        }
        connection.start()
        if isStopped { connection.end(.dropped) }
    }

    private func peer(_ state: inout State, _ name: String) -> PeerLink {
        if let peer = state.peers[name] { return peer }
        let peer = PeerLink(to: name, of: self)
        state.peers[name] = peer
        return peer
    }
}

extension PeerLinks: LinkConnectionOwner {
    func accept(_ stream: LinkStream, _ kind: UInt8, _ message: [UInt8]) -> any LinkReceiver {
        acceptor(stream.peer, kind, message, stream)
    }

    func linkSays(_ event: LinkEvent, of connection: LinkConnection) {
        switch event {
        case .proved(let hello): found(hello.name).proved(connection, hello)
        case .established(let hello, let attempts):
            found(hello.name).established(connection, hello, attempts: attempts)
            heard(hello.name, hello.epoch)
        case .goodbye: connection.peer.map(found)?.leaving(connection)
        case .over(let reason): over(connection, reason)
        default: break
        }
    }

    private func found(_ name: String) -> PeerLink { state.withLock { peer(&$0, name) } }

    private func over(_ connection: LinkConnection, _ reason: LinkEnd) {
        let name = connection.peer
        switch reason {
        case .goodbye, .duplicate, .dropped: break
        // Both had dialled at the same time.
        case .told(LinkEnd.duplicate.description): break
        default: log.notice("A link with node '\(name ?? "")' has ended: \(reason)")
        }
        if let name { state.withLock { $0.peers[name] }?.ended(connection) }
        let leaving = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = nil
            defer { if state.connections.isEmpty { state.leaving = [] } }
            return state.connections.isEmpty ? state.leaving : []
        }
        for continuation in leaving { continuation.resume() }
    }
}
