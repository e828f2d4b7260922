import AgentClient
import DurableActors
import DurableActorsTestKit
import Locks

/// A transport on which a test plays the host, in a simulated world.
final class ScriptedTransport: AgentTransport {
    let simulation: SimulatedWorld
    private let opened = Mutex<[ScriptedLink]>([])

    init(seed: UInt64 = 1) { simulation = SimulatedWorld(seed: seed) }

    var world: World { simulation.world }

    /// Every attempt so far, in order.
    var links: [ScriptedLink] { opened.withLock { $0 } }

    func connect(
        to address: AgentAddress,
        headers: Headers,
        _ receive: @escaping @Sendable (AgentLinkEvent) -> Void
    ) -> any AgentLink {
        let link = ScriptedLink(address: address, at: simulation.clock.nowMilliseconds, receive)
        opened.withLock { $0.append(link) }
        return link
    }

    func fetch(_ request: Request) async throws -> Response { Response("\(request.method) \(request.url)") }

    /// The socket of the latest attempt.
    func link() throws -> ScriptedLink {
        guard let link = links.last else { throw DurableObjectError(.notFound, "There was no attempt.") }
        return link
    }
}

/// One attempt: what the client did on it, and the means to answer.
final class ScriptedLink: AgentLink {
    enum Step: Equatable, Sendable {
        case text(String)
        case binary([UInt8])
        case close(Int, String)
        case drop
    }

    let address: AgentAddress
    /// When it was made, in milliseconds since 1970.
    let time: Int64
    private let receive: @Sendable (AgentLinkEvent) -> Void
    private let done = Mutex<[Step]>([])

    init(address: AgentAddress, at time: Int64, _ receive: @escaping @Sendable (AgentLinkEvent) -> Void) {
        self.address = address
        self.time = time
        self.receive = receive
    }

    var steps: [Step] { done.withLock { $0 } }

    var texts: [String] { steps.compactMap { if case .text(let text) = $0 { text } else { nil } } }

    /// The id of the last call.
    var lastCall: String {
        get throws { try texts.last.flatMap { try JSON.parse($0)["id"]?.string } ?? "" }
    }

    func open(name: String = "room", agent: String = "counter") {
        receive(.opened)
        tell(#"{"name":"\#(name)","agent":"\#(agent)","type":"cf_agent_identity"}"#)
    }

    func tell(_ text: String) { receive(.message(.text(text))) }

    func answer(_ rest: String) throws { tell(#"{"id":"\#(try lastCall)","type":"rpc",\#(rest)}"#) }

    func end(_ code: Int, _ reason: String = "") {
        receive(.closed(code: code, reason: reason, wasClean: code != 1006))
    }

    func fail() { receive(.failed("no way")) }

    func send(_ message: WebSocketMessage) {
        switch message {
        case .text(let text): done.withLock { $0.append(.text(text)) }
        case .binary(let bytes): done.withLock { $0.append(.binary(bytes)) }
        }
    }

    func close(code: Int, reason: String) { done.withLock { $0.append(.close(code, reason)) } }

    func drop() { done.withLock { $0.append(.drop) } }
}
