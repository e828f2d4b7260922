package import Cluster
internal import DurableActors
internal import Locks

/// Connections between nodes in one simulated world: bytes arrive late, in pieces, and the test may cut them.
package final class SimulatedNetwork: LinkDialler {
    /// How bytes travel.
    package struct Weather: Sendable {
        /// The longest delay of a piece, in nanoseconds; pieces of one direction keep their order.
        package var delay: UInt64
        /// The most bytes in a piece; each has a random number of them up to this.
        package var piece: Int

        /// The whole at once, unless told otherwise.
        package init(delay: UInt64 = 0, piece: Int = .max) {
            self.delay = delay
            self.piece = piece
        }
    }

    private struct State {
        var weather = Weather()
        var listeners: [String: PeerLinks] = [:]
        var pipes: [SimulatedPipe] = []
        var dials = 0
        /// What has one byte of it changed on its way, once.
        var needle: [UInt8]?
    }

    package let world: SimulatedWorld
    private let state = Mutex(State())

    package init(_ world: SimulatedWorld) { self.world = world }

    package var weather: Weather {
        get { state.withLock { $0.weather } }
        set { state.withLock { $0.weather = newValue } }
    }

    /// How often a connection was asked for.
    package var dials: Int { state.withLock { $0.dials } }

    /// Has connections to an address taken by a node; nil lets nobody listen there.
    package func listen(_ address: String, _ links: PeerLinks?) {
        state.withLock { state in
            state.listeners[address] = links
        }
    }

    /// The pairs of ends that are open, in the order in which they were made.
    package var open: [SimulatedPipe] { state.withLock { $0.pipes }.filter { !$0.isClosed } }

    /// Has nothing arrive any more on connections that are open, as where all nodes die at once.
    func freeze() { for pipe in open { pipe.freeze() } }

    /// Changes a byte of the next piece that has these bytes in it.
    package func damage(_ needle: [UInt8]) { state.withLock { $0.needle = needle } }

    func damaged(_ bytes: [UInt8]) -> [UInt8] {
        state.withLock { state in
            guard let needle = state.needle, let place = bytes.firstRange(of: needle)?.lowerBound else { return bytes }
            state.needle = nil
            var changed = bytes
            changed[place] ^= 1
            return changed
        }
    }

    /// Cuts every connection.
    package func cutAll() { for pipe in open { pipe.cut() } }

    package func dial(_ address: String, _ done: @escaping @Sendable (Result<any LinkTransport, LinkEnd>) -> Void) {
        after { [self] in
            let pipe = SimulatedPipe(self)
            let listener = state.withLock { state in
                state.dials += 1
                state.pipes.removeAll { $0.isClosed }
                if state.listeners[address] != nil { state.pipes.append(pipe) }
                return state.listeners[address]
            }
            guard let listener else { return done(.failure(.transport("nobody listens on \(address)"))) }
            done(.success(pipe.ends.0))
            listener.accept(pipe.ends.1)
        }
    }

    /// Does something after a random delay; returns when.
    @discardableResult
    func after(notBefore earliest: UInt64 = 0, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let weather = weather
        let now = world.clock.uptimeNanoseconds
        let delay = weather.delay == 0 ? 0 : world.random.next() % weather.delay
        let due = max(now + delay, earliest)
        _ = world.scheduler.schedule(atUptime: due, body)
        return due
    }
}

/// A connection with its two ends.
package final class SimulatedPipe: Sendable {
    package let ends: (SimulatedEnd, SimulatedEnd)

    init(_ network: SimulatedNetwork) {
        ends = (SimulatedEnd(network), SimulatedEnd(network))
        ends.0.join(ends.1)
        ends.1.join(ends.0)
    }

    package var isClosed: Bool { ends.0.isClosed && ends.1.isClosed }

    /// Ends it for both sides; what is on the way is lost.
    package func cut() {
        ends.0.lose("the connection was cut")
        ends.1.lose("the connection was cut")
    }

    /// Has nothing arrive any more, without either side hearing of it.
    package func freeze() {
        ends.0.freeze()
        ends.1.freeze()
    }

    /// Has one end take no more bytes from its link, as where the network is full.
    package func hold(_ isHeld: Bool) {
        ends.0.hold(isHeld)
        ends.1.hold(isHeld)
    }
}

/// One end of a connection.
package final class SimulatedEnd: LinkTransport, Schedulable {
    private struct State {
        var owner: (any LinkTransportOwner)?
        var other: SimulatedEnd?
        var isClosed = false
        var isFrozen = false
        var isHeld = false
        var isQueued = false
        var writes = 0
        var arrival: UInt64 = 0
        /// What has come before there was an owner.
        var early: [[UInt8]] = []
    }

    private let network: SimulatedNetwork
    private let state = Mutex(State())

    init(_ network: SimulatedNetwork) { self.network = network }

    func join(_ other: SimulatedEnd) { state.withLock { $0.other = other } }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    package func freeze() { state.withLock { $0.isFrozen = true } }

    /// How often its link has given it bytes.
    package var writes: Int { state.withLock { $0.writes } }

    package func thaw() { state.withLock { $0.isFrozen = false } }

    package func hold(_ isHeld: Bool) {
        state.withLock { $0.isHeld = isHeld }
        if !isHeld { wake() }
    }

    package func start(_ owner: any LinkTransportOwner) {
        let early = state.withLock { state in
            state.owner = owner
            defer { state.early = [] }
            return state.early
        }
        for bytes in early { owner.received(bytes) }
    }

    package func wake() {
        let enqueues = state.withLock { state in
            guard !state.isHeld, !state.isQueued else { return false }
            state.isQueued = true
            return true
        }
        if enqueues { network.world.scheduler.enqueue(self) }
    }

    package func close() {
        let other = state.withLock { state -> SimulatedEnd? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            state.owner = nil
            return state.other
        }
        guard let other else { return }
        send { other.lose("the other side has closed the connection") }
    }

    package func runReady() {
        guard
            let owner = state.withLock({ state in
                state.isQueued = false
                return state.isHeld ? nil : state.owner
            })
        else { return }
        while true {
            switch owner.takeOutput(atMost: 64 << 10) {
            case .bytes(let bytes):
                state.withLock { $0.writes += 1 }
                send(bytes)
            case .nothing: return
            case .end: return close()
            }
        }
    }

    private func send(_ bytes: [UInt8]) {
        guard let other = state.withLock({ $0.other }) else { return }
        var rest = network.damaged(bytes)[...]
        while !rest.isEmpty {
            let most = min(network.weather.piece, rest.count)
            let count = most == bytes.count ? most : 1 + network.world.random.below(most)
            let piece = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            send { other.arrived(piece) }
        }
    }

    private func send(_ body: @escaping @Sendable () -> Void) {
        let earliest = state.withLock { $0.arrival }
        let due = network.after(notBefore: earliest, body)
        state.withLock { $0.arrival = due }
    }

    private func arrived(_ bytes: [UInt8]) {
        let owner = state.withLock { state -> (any LinkTransportOwner)? in
            guard !state.isClosed, !state.isFrozen else { return nil }
            if state.owner == nil { state.early.append(bytes) }
            return state.owner
        }
        owner?.received(bytes)
    }

    /// The connection ends for this side.
    package func lose(_ text: String) {
        let owner = state.withLock { state -> (any LinkTransportOwner)? in
            guard !state.isFrozen else { return nil }
            state.isClosed = true
            defer { state.owner = nil }
            return state.owner
        }
        owner?.transportEnded(text)
    }
}
