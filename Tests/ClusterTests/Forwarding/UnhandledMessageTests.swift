import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// How much may wait between an object and its client on another node: in the object about as much as on one node.
@Suite struct UnhandledMessageTests {
    private func connected() throws
        -> (SimulatedCluster<DurableObjectNamespace<Hoarder>>, Hoarder, TestSocket)
    {
        let cluster = try SimulatedCluster { runtime in
            let hoarders = try runtime.register(Hoarder.self, binding: "H", uniqueKey: "h")
            try runtime.start(environment: Hoarder.Env())
            return hoarders
        }
        let hoarders = cluster.nodes[0].bindings
        let stub = hoarders.getByName(cluster.name(on: 1, hoarders))
        return (cluster, stub, try cluster.world.run { try await TestSocket.connect(to: stub) })
    }

    @Test func `messages that are more than a link's window wait in the object for one that comes later`() throws {
        let (cluster, _, socket) = try connected()
        for _ in 0..<100 { try socket.send([UInt8](repeating: 0, count: 60 << 10)) }
        try socket.send("go on")
        #expect(try cluster.world.run { try await socket.nextText() } == "100")
    }

    @Test func `an object is given no more than 256 messages and a window before it has handled one`() throws {
        let (cluster, stub, socket) = try connected()
        for _ in 0..<400 { try socket.send([UInt8](repeating: 0, count: 60 << 10)) }
        try cluster.world.advance(by: .seconds(1))
        #expect((256...261).contains(try cluster.world.run { try await stub.count() }))
    }

    @Test func `an object that drops what its client does not take drops it before the link`() throws {
        let (cluster, stub, _) = try connected()
        let waiting = try cluster.world.run { try await stub.pour(48, bytes: 1 << 20, room: 1 << 20) }
        #expect((1 << 20...(2 << 20) + 4096).contains(waiting))
    }
}
