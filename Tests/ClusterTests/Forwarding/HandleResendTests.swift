import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Cluster

/// What becomes of handles with a call that does not begin where it was sent.
@Suite struct HandleResendTests {
    /// A node that refuses the first call it gets, and asks what came with the second.
    private final class Refuser: LinkReceiver {
        struct State {
            var calls: [CallOpening] = []
            var withdrawn = 0
        }

        let state = Mutex(State())
        let links = Mutex<PeerLinks?>(nil)

        func accept(_ kind: StreamKind?, _ opening: [UInt8], _ stream: LinkStream) throws -> any LinkReceiver {
            guard kind == .call else { return self }
            let call = try CallOpening(bytes: opening)
            let isFirst = state.withLock { state in
                state.calls.append(call)
                return state.calls.count == 1
            }
            if isFirst {
                stream.reply(.refused(call.request, elsewhere: "b", epoch: 1))
            } else {
                let question = CalleeOpening(
                    number: call.handles[0],
                    message: try ValueCodec.encode(41),
                    handles: []
                )
                _ = try links.withLock { $0 }?.link(to: "a")
                    .open(
                        kind: StreamKind.callee.rawValue,
                        message: try question.encoded(),
                        receiver: Asker(self, stream)
                    )
            }
            return self
        }

        func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }
        func ended(_ stream: LinkStream) {}
        func failed(_ error: LinkError, on stream: LinkStream) {
            if error == .cancelled { state.withLock { $0.withdrawn += 1 } }
        }
    }

    /// Passes the answer of a callback on as that of the call.
    private final class Asker: LinkReceiver {
        let refuser: Refuser
        let call: LinkStream

        init(_ refuser: Refuser, _ call: LinkStream) { (self.refuser, self.call) = (refuser, call) }

        func received(_ message: [UInt8], on stream: LinkStream) {
            stream.finish()
            call.sendNow(message)
            call.finish()
        }

        func ended(_ stream: LinkStream) {}
        func failed(_ error: LinkError, on stream: LinkStream) {}
    }

    private func call(
        _ body: @escaping @Sendable (Clerk) async throws -> Int
    ) throws -> (Result<Int, any Error>?, Refuser) {
        let nodes = try HandlesBetweenNodes()
        let there = nodes.clerk(1)
        try nodes.cluster.end(1)
        let refuser = Refuser()
        let links = PeerLinks(
            name: "b",
            secret: SimulatedNode.secret,
            world: nodes.cluster.nodes[0].runtime.core.world,
            dialler: nodes.cluster.network,
            accept: { _, kind, opening, stream in
                do {
                    return try refuser.accept(StreamKind(rawValue: kind), opening, stream)
                } catch {
                    return RefusedStream(refusing: stream)
                }
            }
        )
        links.setPeers([ClusterNode(name: "a", peerAddress: "10.0.0.1:97")], epoch: 1)
        refuser.links.withLock { $0 = links }
        nodes.cluster.network.listen("10.0.0.1:98", links)
        try nodes.world.advance(by: .seconds(3))
        let task = nodes.world.start { try await body(there) }
        try nodes.world.advance(by: .seconds(1))
        // The other node holds what it was given for as long as the link stands.
        #expect(nodes.handles[0] == refuser.state.withLock { $0.calls.count } - 1)
        nodes.cluster.network.cutAll()
        try nodes.world.settle()
        #expect(nodes.handles[0] == 0)
        return (task.result, refuser)
    }

    @Test func `a refused call takes its callbacks back, and is sent again with others`() throws {
        let (result, refuser) = try call { try await $0.ask(RpcCallback { $0 + 1 }, 41) }
        #expect(try result?.get() == 42)
        let (calls, withdrawn) = refuser.state.withLock { ($0.calls, $0.withdrawn) }
        #expect(calls.count == 2 && withdrawn == 1)
        #expect(Set(calls.flatMap(\.handles)).count == 2)
    }

    @Test func `a refused call with a stream is not sent again, and says why`() throws {
        let (result, refuser) = try call { try await $0.sum(RpcStream<Int>.make().stream, first: 1) }
        let error = #expect(throws: DurableObjectError.self) { try result?.get() }
        #expect(error?.code == .unavailable && error?.retryable == true)
        #expect(error?.message == "The object has gone to the node b, and a stream or socket cannot be sent again.")
        #expect(refuser.state.withLock { $0.calls.count } == 1)
    }
}
