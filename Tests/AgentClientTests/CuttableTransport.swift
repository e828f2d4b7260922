import AgentClient
import DurableActors
import Locks

/// A way whose links can be lost.
final class CuttableTransport: AgentTransport {
    private struct Made {
        let link: any AgentLink
        let receive: @Sendable (AgentLinkEvent) -> Void
    }

    private let inner: InProcessTransport
    private let last = Mutex<Made?>(nil)

    init(_ inner: InProcessTransport) { self.inner = inner }

    var world: World { inner.world }

    func connect(
        to address: AgentAddress,
        headers: Headers,
        _ receive: @escaping @Sendable (AgentLinkEvent) -> Void
    ) -> any AgentLink {
        let link = inner.connect(to: address, headers: headers, receive)
        last.withLock { $0 = Made(link: link, receive: receive) }
        return link
    }

    func fetch(_ request: Request) async throws -> Response { try await inner.fetch(request) }

    /// Loses the last link, as a network does: without a close frame, at both ends.
    func cut() {
        guard let made = last.withLock({ $0.take() }) else { return }
        made.link.drop()
        made.receive(.closed(code: 1006, reason: "", wasClean: false))
    }
}
