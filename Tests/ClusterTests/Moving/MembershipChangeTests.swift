import Cluster
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Nodes come and go while the cluster runs, and all data goes where it belongs.
@Suite struct MembershipChangeTests {
    private static let three: [(name: String, weight: Double)] = [("a", 1), ("b", 1), ("c", 1)]

    @Test func `a node that comes gets its part, one that goes gives away all, and nothing is lost on the way`() throws
    {
        let rig = try MovingRig()
        let coming = try rig.names(3, from: "a", to: "c", becoming: Self.three)
        let names = coming + (0..<12).map { "n\($0)" }
        #expect(try rig.add(names) == names.map { _ in [1, 1, 1] })
        try rig.cluster.world.run {
            for name in names { try await rig.ledger(name).ring("x", in: 3_600_000) }
        }
        try rig.cluster.become(Self.three)
        try rig.settle()
        #expect(try rig.add(names) == names.map { _ in [2, 2, 2] })
        #expect(rig.cluster.nodes[2].forwarder.isOpen(rig.shard(coming[0])))
        #expect(!rig.cluster.nodes[0].forwarder.isOpen(rig.shard(coming[0])))
        try rig.cluster.become([("b", 1), ("c", 1)])
        try rig.settle()
        let farewell = "a: This node has left its cluster and given all it had away: it may be stopped."
        #expect(rig.cluster.log.filter { $0 == farewell }.count == 1)
        #expect(try rig.strays() == [])
        // The node that has left still brings calls to their objects.
        #expect(try rig.all(names, at: 0) == names.map { _ in [2, 2, 2] })
        try rig.cluster.end(0)
        #expect(try rig.add(names, at: 1) == names.map { _ in [3, 3, 3] })
        #expect(try rig.rings(names, at: 1) == names.map { _ in 0 })
        try rig.cluster.world.advance(by: .seconds(3700))
        #expect(try rig.rings(names, at: 2) == names.map { _ in 1 })
    }

    private struct Sleeper: WorkflowEntrypoint {
        init(ctx: WorkflowContext, env: NoValue) {}

        func run(_ event: WorkflowEvent<Int>, _ step: WorkflowStep) async throws -> Int {
            let one = try await step.do("one") { _ in event.payload + 1 }
            try await step.sleep("s", "1 hour")
            return try await step.do("two") { _ in one * 2 }
        }
    }

    @Test func `workflows that sleep go on where their instances have gone`() throws {
        let cluster = try SimulatedCluster { runtime in
            let workflow = try runtime.registerWorkflow(Sleeper.self, binding: "S", name: "sleeper", env: NoValue())
            try runtime.start(environment: NoValue())
            return workflow
        }
        let bindings = cluster.nodes[0].bindings
        try cluster.world.run(advancesTime: false) {
            for number in 0..<8 { _ = try await bindings.create(id: "i\(number)", params: number) }
        }
        try cluster.become([("c", 1)])
        try cluster.world.advance(by: .seconds(3700))
        let outputs = try cluster.world.run {
            var outputs: [JSONValue?] = []
            for number in 0..<8 { outputs.append(try await bindings.get("i\(number)").status().output) }
            return outputs
        }
        #expect(outputs == (0..<8).map { .integer(Int64($0 + 1) * 2) })
        #expect(cluster.log.filter { $0.contains("it may be stopped") }.count == 2)
    }
}
