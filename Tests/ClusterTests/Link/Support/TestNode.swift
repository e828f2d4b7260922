import Cluster
import DurableActors
import DurableActorsTestKit
import Locks

/// A node of a simulated cluster: its links, and what it has heard on them.
final class TestNode: Sendable {
    static let secret = Array("the cluster's secret".utf8)

    let name: String
    let network: SimulatedNetwork
    let links: PeerLinks
    /// The streams that others have opened here, in their order.
    let accepted: Accepted

    /// What others have opened.
    final class Accepted: Sendable {
        private let list = Mutex<[Ear]>([])
        private let echoes: Bool

        init(echoes: Bool) { self.echoes = echoes }

        var all: [Ear] { list.withLock { $0 } }

        func add(_ peer: String, _ kind: UInt8, _ message: [UInt8], _ stream: LinkStream) -> Ear {
            let ear = Ear(consumes: true)
            ear.note(peer, kind, message, stream)
            list.withLock { $0.append(ear) }
            if echoes { stream.sendNow(message) }
            return ear
        }
    }

    /// Listens under its own name; `echoes` has it answer each opening with the same message.
    init(
        _ name: String,
        _ network: SimulatedNetwork,
        secret: [UInt8] = TestNode.secret,
        limits: LinkLimits = LinkLimits(),
        echoes: Bool = false,
        heard: @escaping @Sendable (String, UInt64) -> Void = { _, _ in },
        log: EventLog = .silent
    ) {
        self.name = name
        self.network = network
        let accepted = Accepted(echoes: echoes)
        self.accepted = accepted
        links = PeerLinks(
            name: name,
            secret: secret,
            world: network.world.world,
            dialler: network,
            limits: limits,
            log: log,
            heard: heard,
            accept: { accepted.add($0, $1, $2, $3) }
        )
        network.listen(name, links)
    }

    /// Tells the nodes of each other; the address of each is its name.
    static func introduce(_ nodes: TestNode..., epoch: UInt64 = 1) {
        let members = nodes.map { ClusterNode(name: $0.name, peerAddress: $0.name) }
        for node in nodes { node.links.setPeers(members, epoch: epoch) }
    }

    /// Opens a stream to another node.
    func open(
        _ peer: String,
        _ message: [UInt8],
        kind: UInt8 = 1,
        deadline: UInt64? = nil,
        consumes: Bool = true
    ) throws -> (ear: Ear, stream: LinkStream) {
        let ear = Ear(consumes: consumes)
        let stream = try links.link(to: peer).open(kind: kind, message: message, deadline: deadline, receiver: ear)
        return (ear, stream)
    }
}

/// A receiver that keeps what it hears.
final class Ear: LinkReceiver {
    struct Heard: Sendable {
        var peer = ""
        var kind: UInt8 = 0
        var opening: [UInt8] = []
        var stream: LinkStream?
        var messages: [[UInt8]] = []
        var hasEnded = false
        var failures: [LinkError] = []
        var isCalled = false
    }

    private let heard = Mutex(Heard())
    /// Whether it gives credit back at once.
    private let consumes: Bool

    init(consumes: Bool) { self.consumes = consumes }

    func note(_ peer: String, _ kind: UInt8, _ opening: [UInt8], _ stream: LinkStream) {
        heard.withLock { ($0.peer, $0.kind, $0.opening, $0.stream) = (peer, kind, opening, stream) }
    }

    var all: Heard { heard.withLock { $0 } }
    var peer: String { all.peer }
    var kind: UInt8 { all.kind }
    var opening: [UInt8] { all.opening }
    var stream: LinkStream? { all.stream }
    var messages: [[UInt8]] { all.messages }
    var hasEnded: Bool { all.hasEnded }
    var failure: LinkError? { all.failures.first }

    func received(_ message: [UInt8], on stream: LinkStream) {
        call { heard in
            precondition(!heard.hasEnded && heard.failures.isEmpty, "A message behind the end.")
            heard.messages.append(message)
        }
        if consumes { stream.consumed(message.count) }
    }

    func ended(_ stream: LinkStream) {
        call { heard in
            precondition(!heard.hasEnded && heard.failures.isEmpty, "An end behind the end.")
            heard.hasEnded = true
        }
    }

    func failed(_ error: LinkError, on stream: LinkStream) {
        call { heard in
            precondition(heard.failures.isEmpty, "A second failure.")
            heard.failures.append(error)
        }
    }

    private func call(_ body: (inout Heard) -> Void) {
        let isBusy = heard.withLock { heard in
            defer { heard.isCalled = true }
            return heard.isCalled
        }
        precondition(!isBusy, "Two calls at once.")
        heard.withLock { heard in
            body(&heard)
            heard.isCalled = false
        }
    }
}
