public import DurableActors
internal import Locks

/// The way to agents of the same process: straight to what answers requests, without a network.
///
/// In a simulated world a client's waits and timeouts are of that world's time.
public struct InProcessTransport: AgentTransport {
    /// The world of the runtime that answers.
    public let world: World
    private let handler: @Sendable (Request) async throws -> Response

    /// A way to what `handler` answers, which is what a host would serve.
    public init(world: World, _ handler: @escaping @Sendable (Request) async throws -> Response) {
        self.world = world
        self.handler = handler
    }

    /// Asks for an upgrade and takes the socket of the answer.
    public func connect(
        to address: AgentAddress,
        headers: Headers,
        _ receive: @escaping @Sendable (AgentLinkEvent) -> Void
    ) -> any AgentLink {
        let link = InProcessLink(world.scheduler, receive)
        var fields = headers
        fields.set("upgrade", "websocket")
        let request = Request(address.url(webSocket: false), headers: fields)
        Task(executorPreference: world.scheduler.taskExecutor) { [handler] in
            do {
                let response = try await handler(request)
                guard response.status == 101, let socket = response.webSocket else {
                    return link.fail("The host answered \(response.status)")
                }
                link.open(socket)
            } catch {
                link.fail("\(error)")
            }
        }
        return link
    }

    /// Has the handler answer.
    public func fetch(_ request: Request) async throws -> Response { try await handler(request) }
}

/// A socket's end held by a client of the same process.
///
/// Concurrency: the end calls in under its own lock, so what comes is only noted there and told from the scheduler, in
/// the order of the notes: a `Schedulable` that is enqueued while it has some.
private final class InProcessLink: AgentLink, WebSocketReceiver, Schedulable {
    private struct State {
        var socket: WebSocket?
        var isOver = false
        var events: [AgentLinkEvent] = []
        var isQueued = false
    }

    private let scheduler: any Scheduler
    private let receive: @Sendable (AgentLinkEvent) -> Void
    private let state = Mutex(State())

    init(_ scheduler: any Scheduler, _ receive: @escaping @Sendable (AgentLinkEvent) -> Void) {
        self.scheduler = scheduler
        self.receive = receive
    }

    func open(_ socket: WebSocket) {
        let isOver = state.withLock { state in
            state.socket = socket
            return state.isOver
        }
        if isOver { return socket.terminate() }
        note(.opened)
        socket.attach(self)
    }

    func fail(_ text: String) { note(.failed(text)) }

    func received(_ message: OutgoingMessage) { note(.message(message.message)) }

    func closed(code: Int, reason: String) { note(.closed(code: code, reason: reason, wasClean: true)) }

    func lost(_ error: (any Error)?) { note(.closed(code: 1006, reason: "", wasClean: false)) }

    private func note(_ event: AgentLinkEvent) {
        let enqueues = state.withLock { state in
            state.events.append(event)
            defer { state.isQueued = true }
            return !state.isQueued
        }
        if enqueues { scheduler.enqueue(self) }
    }

    func runReady() {
        while let event = next() {
            if case .closed(let code, let reason, true) = event {
                // Silence is right: an end that is closed already needs no answer.
                try? socket?.close(code: code == 1005 ? nil : code, reason: code == 1005 ? nil : reason)
            }
            receive(event)
        }
    }

    private func next() -> AgentLinkEvent? {
        state.withLock { state in
            guard !state.isOver, !state.events.isEmpty else {
                state.events = []
                state.isQueued = false
                return nil
            }
            return state.events.removeFirst()
        }
    }

    private var socket: WebSocket? { state.withLock { $0.socket } }

    func send(_ message: WebSocketMessage) {
        // Silence is right: what is sent on a socket that has just ended is lost, as on a network.
        try? socket?.send(OutgoingMessage(message))
    }

    func close(code: Int, reason: String) {
        let socket = end()
        // Silence is right: an end that is closed already needs no other close.
        try? socket?.close(code: code, reason: reason)
    }

    func drop() { end()?.terminate() }

    private func end() -> WebSocket? {
        state.withLock { state in
            state.isOver = true
            return state.socket
        }
    }
}
