import DurableActors
import DurableActorsTestKit
import Testing

@testable import Cluster

/// How long a call waits for a node that has its object.
@Suite struct GivingUpTests {
    private func refusal(_ run: SimulatedTask<[Int]>) -> String? {
        run.failure(as: DurableObjectError.self)?.message
    }

    @Test func `each of several calls that wait for one node is refused in its own time`() throws {
        let rig = try WaitingRig()
        let runs = try (0..<4).map { _ in
            let run = rig.world.start { try await rig.stub.notes() }
            try rig.world.advance(by: .seconds(1))
            return run
        }
        try rig.world.advance(by: .milliseconds(5500))
        for refused in 0..<4 {
            #expect(runs.map { refusal($0) != nil } == (0..<4).map { $0 < refused })
            try rig.world.advance(by: .seconds(1))
        }
        #expect(runs.allSatisfy { refusal($0) == "The node b, which has the object, cannot be reached." })
    }

    @Test func `a call that is sent elsewhere after its time, to a node that is away, is refused at once`() throws {
        let rig = try WaitingRig()
        let waiting = rig.world.start { try await rig.stub.notes() }
        try rig.world.advance(by: .seconds(3))
        let other = rig.join()
        try rig.world.advance(by: .seconds(8))
        #expect(waiting.result == nil)
        rig.node.forwarder.keeper(.membership(rig.next))
        let call = try #require(other.accepted.all.first { $0.kind == StreamKind.call.rawValue })
        let request = try CallOpening(bytes: call.opening).request
        try #require(call.stream).reply(.refused(request, elsewhere: "c", epoch: 2))
        try rig.world.settle()
        #expect(refusal(waiting) == "The node c, which has the object, cannot be reached.")
    }
}

/// A node, and a stub on it of an object whose node is not there, and goes to a third one by the next membership.
private struct WaitingRig {
    let world: SimulatedWorld
    let network: SimulatedNetwork
    let node: SimulatedNode
    let stub: Room
    let next: ClusterMembership

    init() throws {
        world = SimulatedWorld(seed: 1)
        network = SimulatedNetwork(world)
        let first = try Self.membership(1, ["a", "b"])
        next = try Self.membership(2, ["a", "b", "c"])
        node = try SimulatedNode("a", of: first, on: MemoryStore(), over: network)
        let rooms = try node.runtime.register(Room.self, binding: "ROOM", uniqueKey: "room")
        try node.runtime.start(environment: Room.Env())
        let maps = (ShardMap(first), ShardMap(next))
        var number = 0
        func owners() -> [String] {
            let shard = rooms.idFromName("\(number)").shard
            return [maps.0.owner(of: shard), maps.1.owner(of: shard)]
        }
        while owners() != ["b", "c"] { number += 1 }
        stub = rooms.getByName("\(number)")
    }

    private static func membership(_ epoch: UInt64, _ names: [String]) throws -> ClusterMembership {
        try ClusterMembership(epoch: epoch, nodes: names.map { ClusterNode(name: $0, peerAddress: address($0)) })
    }

    private static func address(_ name: String) -> String { "10.0.0.1:\(Array(name.utf8)[0])" }

    /// The second node comes, and answers only as it is told.
    func join() -> TestNode {
        let node = TestNode("b", network, secret: SimulatedNode.secret)
        network.listen(Self.address("b"), node.links)
        return node
    }
}
