/// One link between two nodes as a value: bytes, times and wishes in, bytes and events out.
///
/// The handshake: the side that connects says hello, the other one too; the first proves that it knows the secret by an
/// HMAC over both greetings, with the random numbers in them, the second chooses whether the link is to be and proves the
/// same. The first may use the link when it has heard that, the second when it has said it. Nothing is encrypted or
/// signed behind it: the network between the nodes is trusted not to be written to by others.
package struct LinkSession: Sendable {
    /// How far the link has come.
    enum Phase {
        case greeting
        /// Both have greeted; a proof is awaited.
        case proving
        /// The other side has proved itself, and the owner chooses.
        case chosen
        case open
        case over
    }

    let identity: LinkIdentity
    let limits: LinkLimits
    let isDialler: Bool
    /// What this side has said or will say.
    var hello: LinkHello
    var phase = Phase.greeting
    var peer: LinkHello?
    var decoder = LinkDecoder()
    var streams: LinkStreams
    let started: UInt64
    var heard: UInt64
    var hasAsked = false
    /// Whether this side shall not prove itself any more.
    var isGivenUp = false
    /// Whether the peer takes no further streams.
    var isPeerLeaving = false

    /// Begins a link; `peer` is whom this side has connected to, nil on the side that was connected to.
    package init(
        _ identity: LinkIdentity,
        to peer: String?,
        epoch: UInt64,
        attempt: UInt64,
        nonce: [UInt8],
        limits: LinkLimits,
        now: UInt64
    ) {
        precondition(nonce.count == LinkHello.nonceBytes, "A nonce has 32 bytes.")
        self.identity = identity
        self.limits = limits
        isDialler = peer != nil
        hello = LinkHello(
            nonce: nonce,
            name: identity.name,
            to: peer ?? "",
            epoch: epoch,
            incarnation: identity.incarnation,
            attempt: attempt,
            window: limits.streamWindow
        )
        streams = LinkStreams(isDialler: isDialler, limits: limits)
        (started, heard) = (now, now)
        if isDialler { streams.add(.hello(hello)) }
    }

    /// Takes what has happened since the last time.
    package mutating func takeEvents() -> [LinkEvent] {
        guard !streams.events.isEmpty else { return [] }
        defer { streams.events = [] }
        return streams.events
    }

    /// Whether nothing more comes or goes, but for what `takeOutput` still gives.
    package var isOver: Bool { phase == .over }

    /// Gives up an attempt that the other side cannot have taken; false where it may have.
    package mutating func giveUp() -> Bool {
        isGivenUp = phase == .greeting || phase == .over
        return isGivenUp
    }

    // MARK: - Receiving

    /// Takes what has come over the network, in pieces of any size.
    package mutating func receive(_ bytes: [UInt8], now: UInt64) {
        guard phase != .over else { return }
        (heard, hasAsked) = (now, false)
        decoder.append(bytes)
        do throws(LinkEnd) {
            while phase != .over, let frame = try decoder.next(maximum: maximumBytes) { try take(frame) }
        } catch {
            end(error)
        }
    }

    private var maximumBytes: Int { phase == .open ? LinkFrame.maximumBytes : LinkFrame.maximumHandshakeBytes }

    private mutating func take(_ frame: LinkFrame) throws(LinkEnd) {
        switch (phase, frame) {
        case (.greeting, .hello(let greeting)): try greeted(greeting)
        case (.proving, .proof(let proof)) where !isDialler: try proved(proof)
        case (.proving, .welcome(let proof, let attempts)) where isDialler: try welcomed(proof, attempts)
        case (_, .end(let text)): over(.told(text))
        case (.open, .ping): streams.add(.pong)
        case (.open, .pong): break
        case (.open, .goodbye(let last)):
            isPeerLeaving = true
            streams.failOwn(behind: last)
            streams.events.append(.goodbye)
            endIfDone()
        case (.open, _):
            try streams.take(frame)
            endIfDone()
        default: throw .violation("a frame before the peer has proved itself")
        }
    }

    // MARK: - The handshake

    private mutating func greeted(_ greeting: LinkHello) throws(LinkEnd) {
        if isDialler {
            guard greeting.name == hello.to else { throw .wrongName(greeting.name) }
        } else {
            guard greeting.to == identity.name else { throw .wrongName(greeting.to) }
        }
        // A node that meets itself would accept its own proofs.
        guard greeting.name != identity.name else { throw .wrongName(greeting.name) }
        peer = greeting
        phase = .proving
        streams.window = Int(greeting.window)
        guard !isGivenUp else { throw .duplicate }
        if isDialler {
            streams.add(.proof(identity.proof(of: .dialler, hello, greeting)))
        } else {
            hello.to = greeting.name
            streams.add(.hello(hello))
        }
    }

    private mutating func proved(_ proof: [UInt8]) throws(LinkEnd) {
        guard let peer, identity.accepts(proof, of: .dialler, peer, hello) else { throw .wrongSecret }
        phase = .chosen
        streams.events.append(.proved(peer))
    }

    private mutating func welcomed(_ proof: [UInt8], _ attempts: UInt64) throws(LinkEnd) {
        guard let peer, identity.accepts(proof, of: .acceptor, hello, peer) else { throw .wrongSecret }
        phase = .open
        streams.events.append(.established(peer, attempts: attempts))
    }

    /// Lets the side that has connected use the link, and says which own attempt is the last that was given up.
    package mutating func welcome(attempts: UInt64) {
        guard phase == .chosen, let peer else { return }
        phase = .open
        streams.add(.welcome(proof: identity.proof(of: .acceptor, peer, hello), attempts: attempts))
        streams.events.append(.established(peer, attempts: peer.attempt))
    }

    // MARK: - The end

    /// Ends the link by an error, which the other side is told.
    package mutating func end(_ reason: LinkEnd) {
        guard phase != .over else { return }
        streams.add(.end(reason.description))
        over(reason)
    }

    /// The connection under the link has ended.
    package mutating func transportEnded(_ text: String) { over(.transport(text)) }

    /// Takes no further streams and tells the other side; the link ends when those that are open have, but for those that
    /// stand while it does.
    package mutating func goodbye() {
        guard phase == .open else { return end(.goodbye) }
        guard !streams.isLeaving else { return }
        streams.isLeaving = true
        streams.add(.goodbye(last: streams.lastAccepted))
        endIfDone()
    }

    mutating func endIfDone() {
        if streams.isLeaving, streams.isDone { over(.goodbye) }
    }

    private mutating func over(_ reason: LinkEnd) {
        guard phase != .over else { return }
        phase = .over
        streams.failAll()
        streams.events.append(.over(reason))
    }

    // MARK: - Time

    /// When `tick` is to be called; nil when it is over.
    package var nextTick: UInt64? {
        switch phase {
        case .over: nil
        case .open: heard + (hasAsked ? limits.silence : limits.ping)
        default: started + limits.handshake
        }
    }

    /// Looks whether the peer has been silent for too long.
    package mutating func tick(now: UInt64) {
        guard let due = nextTick, due <= now else { return }
        guard phase == .open else { return end(.slowHandshake) }
        if hasAsked || now >= heard + limits.silence { return end(.silence) }
        hasAsked = true
        streams.add(.ping)
    }
}
