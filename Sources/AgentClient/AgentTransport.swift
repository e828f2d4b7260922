public import DurableActors

/// The way to agents: sockets, requests, time and randomness.
///
/// Two conform here, `SocketTransport` and `InProcessTransport`; a program that has TLS can bring its own.
public protocol AgentTransport: Sendable {
    /// Time for timeouts and waits, randomness for ids and jitter.
    var world: World { get }

    /// Begins to open a WebSocket and returns at once; what becomes of it is told to `receive`, from any thread but one
    /// event after the other.
    func connect(
        to address: AgentAddress,
        headers: Headers,
        _ receive: @escaping @Sendable (AgentLinkEvent) -> Void
    ) -> any AgentLink

    /// Sends a request that is not an upgrade, to a host given with its port, and reads the head of its answer at least.
    func fetch(_ request: Request) async throws -> Response
}

/// A WebSocket that a transport opens, or has opened.
public protocol AgentLink: Sendable {
    /// Sends a message after those before it; one that can no longer be sent is dropped.
    func send(_ message: WebSocketMessage)
    /// Sends a close frame after everything before it; nothing that comes then is told any more.
    func close(code: Int, reason: String)
    /// Ends it at once without a close frame; nothing is told any more.
    func drop()
}

/// What becomes of a link.
public enum AgentLinkEvent: Sendable, Equatable {
    /// It is open.
    case opened
    /// A message has come.
    case message(WebSocketMessage)
    /// It has ended after it was open; 1006 without a close frame. The last event.
    case closed(code: Int, reason: String, wasClean: Bool)
    /// It could not be opened. The last event.
    case failed(String)
}
