internal import DurableActors
internal import Locks

/// One connection to another node: a session, the transport under it and the streams over it.
///
/// Concurrency: any thread. The session is a value under the lock; what it says is carried out when the lock is free, by
/// whoever held it. What comes over the network is said by one thread at a time, so it is heard in its order; the loss of
/// a link may overtake it, and a stream hears nothing behind its failure.
final class LinkConnection: LinkTransportOwner {
    struct State {
        var session: LinkSession
        var streams: [UInt64: LinkStream] = [:]
        /// Those who wait to send, by their streams.
        var senders: [UInt64: LinkQueue<LinkSender>] = [:]
        /// Whether some of them wait for the network and not for credit.
        var isCongested = false
        /// Whether the transport knows that there is something to send.
        var isAwake = false
        var timer: (due: UInt64, token: TimerToken)?
    }

    /// What is to be done when the lock is free.
    enum Step {
        case owner(LinkEvent)
        case opened(LinkStream, UInt8, [UInt8])
        case deliver(LinkStream, LinkMailbox.Delivery)
        case failed(LinkStream, LinkError)
        case finished(LinkStream)
        case resume(LinkSender.Continuation, Result<Void, LinkError>)
        case close
    }

    /// How long the transport has for the last words, in nanoseconds: 1 second.
    private static let lastWords: UInt64 = 1_000_000_000

    private let target: String?
    private let transport: any LinkTransport
    private let world: World
    private let expiries: LinkExpiries
    private let owner: any LinkConnectionOwner
    private let state: Mutex<State>

    /// Puts a link together; `target` is whom this side has connected to.
    init(
        _ session: LinkSession,
        to target: String?,
        over transport: any LinkTransport,
        world: World,
        expiries: LinkExpiries,
        owner: any LinkConnectionOwner
    ) {
        self.target = target
        self.transport = transport
        self.world = world
        self.expiries = expiries
        self.owner = owner
        state = Mutex(State(session: session))
    }

    /// The other node, as far as it is known: whom this side has connected to, or who has said hello.
    var peer: String? { target ?? state.withLock { $0.session.peer?.name } }

    /// Gives up an attempt that the other side cannot have taken, which then is to be ended; false where it may have.
    func giveUp() -> Bool { state.withLock { $0.session.giveUp() } }

    func start() {
        transport.start(self)
        change { state, _ in updateTimer(&state) }
    }

    /// Changes the state, then does what follows from that.
    func change<Result: Sendable>(_ body: (inout State, inout [Step]) -> Result) -> Result {
        var steps: [Step] = []
        let (result, wakes) = state.withLock { state in
            let result = body(&state, &steps)
            settle(&state, &steps)
            let wakes = !state.isAwake && (state.session.hasOutput || state.session.isOver)
            if wakes { state.isAwake = true }
            return (result, wakes)
        }
        if wakes { transport.wake() }
        for step in steps { perform(step) }
        return result
    }

    // MARK: - The transport

    func received(_ bytes: [UInt8]) {
        let now = world.clock.coarseUptimeNanoseconds
        change { state, _ in state.session.receive(bytes, now: now) }
    }

    func takeOutput(atMost maximum: Int) -> LinkOutput {
        let now = world.clock.coarseUptimeNanoseconds
        return change { state, steps in
            let bytes = state.session.takeOutput(atMost: maximum, now: now)
            if state.isCongested, state.session.hasRoom {
                state.isCongested = false
                for stream in state.senders.keys.sorted() { pump(&state, stream, &steps) }
            }
            guard bytes.isEmpty else { return .bytes(bytes) }
            guard !state.session.isOver else { return .end }
            state.isAwake = false
            return .nothing
        }
    }

    func transportEnded(_ text: String) { change { state, _ in state.session.transportEnded(text) } }

    // MARK: - The link

    func welcome(attempts: UInt64) { change { state, _ in state.session.welcome(attempts: attempts) } }

    func end(_ reason: LinkEnd) { change { state, _ in state.session.end(reason) } }

    func goodbye() { change { state, _ in state.session.goodbye() } }

    /// Turns what the session says into steps.
    private func settle(_ state: inout State, _ steps: inout [Step]) {
        let events = state.session.takeEvents()
        guard !events.isEmpty else { return }
        for event in events {
            switch event {
            case .opened(let number, let kind, let message, let remaining):
                let stream = newStream(number, state.session.peer?.name ?? "", remaining)
                state.streams[number] = stream
                steps.append(.opened(stream, kind, message))
            case .message(let number, let message):
                if let stream = state.streams[number] { steps.append(.deliver(stream, .message(message))) }
            case .ended(let number):
                if let stream = state.streams[number] { steps.append(.deliver(stream, .ended)) }
            case .failed(let number, let error):
                failSenders(&state, number, error, &steps)
                if let stream = state.streams.removeValue(forKey: number) { steps.append(.failed(stream, error)) }
            case .finished(let number):
                failSenders(&state, number, .closed, &steps)
                if let stream = state.streams.removeValue(forKey: number) { steps.append(.finished(stream)) }
            case .credited(let number): pump(&state, number, &steps)
            case .over(let reason): over(reason, event, &steps)
            case .proved, .established, .goodbye: steps.append(.owner(event))
            }
        }
        updateTimer(&state)
    }

    private func newStream(_ number: UInt64, _ peer: String, _ remaining: UInt64?) -> LinkStream {
        let deadline = remaining.map { remaining in
            let (due, isTooFar) = world.clock.coarseUptimeNanoseconds.addingReportingOverflow(remaining)
            return isTooFar ? .max : due
        }
        return LinkStream(from: peer, on: self, number, deadline: deadline, expiries: expiries)
    }

    private func over(_ reason: LinkEnd, _ event: LinkEvent, _ steps: inout [Step]) {
        steps.append(.owner(event))
        switch reason {
        case .transport: break
        // What the network does not take is not waited for.
        case .silence: steps.append(.close)
        default:
            let due = world.clock.uptimeNanoseconds + Self.lastWords
            _ = world.scheduler.schedule(atUptime: due) { [transport] in transport.close() }
        }
    }

    private func perform(_ step: Step) {
        switch step {
        case .owner(let event): owner.linkSays(event, of: self)
        case .opened(let stream, let kind, let message): stream.begin(owner.accept(stream, kind, message))
        case .deliver(let stream, let delivery): stream.deliver(delivery)
        case .failed(let stream, let error): stream.fail(error)
        case .finished(let stream): stream.finished()
        case .resume(let continuation, let outcome): continuation.resume(with: outcome.mapError { $0 })
        case .close: transport.close()
        }
    }

    // MARK: - Time

    private func updateTimer(_ state: inout State) {
        guard let due = state.session.nextTick else {
            state.timer?.token.cancel()
            state.timer = nil
            return
        }
        guard due < state.timer?.due ?? .max else { return }
        state.timer?.token.cancel()
        state.timer = (due, world.scheduler.schedule(atUptime: due) { [weak self] in self?.tick() })
    }

    private func tick() {
        let now = world.clock.uptimeNanoseconds
        change { state, _ in
            state.timer = nil
            state.session.tick(now: now)
            updateTimer(&state)
        }
    }
}

/// Who has the connections of a node.
protocol LinkConnectionOwner: AnyObject, Sendable {
    /// The link as a whole has come further or ended; called under no lock.
    func linkSays(_ event: LinkEvent, of connection: LinkConnection)

    /// The other node has opened a stream.
    func accept(_ stream: LinkStream, _ kind: UInt8, _ message: [UInt8]) -> any LinkReceiver
}
