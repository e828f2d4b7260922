import Cluster
import Foundation
import Testing

/// What a membership may say, and which one counts.
@Suite struct ClusterMembershipTests {
    private let a = ClusterNode(name: "a", peerAddress: "10.0.0.1:7000")
    private let b = ClusterNode(name: "b", peerAddress: "10.0.0.2:7000", weight: 2.5)

    private func error(_ text: String) -> ClusterError? {
        #expect(throws: ClusterError.self) { try ClusterMembership(json: text) }
    }

    @Test func `a membership reads back from its text as the same`() throws {
        let membership = try ClusterMembership(epoch: 7, nodes: [b, a])
        #expect(try ClusterMembership(json: membership.json) == membership)
        #expect(membership.nodes == [a, b])
        #expect(membership.node(named: "b") == b)
    }

    @Test func `a weight may be left out`() throws {
        let text = #"{"epoch": 1, "nodes": [{"name": "a", "peerAddress": "10.0.0.1:7000"}]}"#
        #expect(try ClusterMembership(json: text) == ClusterMembership(epoch: 1, nodes: [a]))
    }

    @Test(arguments: [
        (#"{"epoch": 1, "nodes": [], "size": 3}"#, #"The membership has an unknown key "size"."#),
        (
            #"{"epoch": 1, "nodes": [{"name": "a", "peerAddress": "1.2.3.4:5", "wieght": 2}]}"#,
            #"Node 0 has an unknown key "wieght"."#
        ),
        (#"{"epoch": 0, "nodes": []}"#, #"The membership's "epoch" must be an integer of at least 1."#),
        (#"{"epoch": 1.5, "nodes": []}"#, #"The membership's "epoch" must be an integer of at least 1."#),
        (#"{"epoch": 1}"#, #"The membership's "nodes" must be an array."#),
        (#"{"epoch": 1, "nodes": []}"#, "A cluster has at least one node."),
        (#"{"epoch": 1, "nodes": [1]}"#, "Node 0 must be an object."),
        (
            #"{"epoch": 1, "nodes": [{"name": "a"}]}"#,
            #"Node 0 must have a "name" and a "peerAddress", which are texts."#
        ),
        (
            #"{"epoch": 1, "nodes": [{"name": "a", "peerAddress": "1.2.3.4:5", "weight": "1"}]}"#,
            #"Node 0's "weight" must be a number."#
        ),
        ("[]", "The membership must be an object."),
    ])
    func `what is wrong in a text is named`(text: String, message: String) {
        #expect(error(text) == ClusterError(.invalid, message))
    }

    @Test func `a text that is not JSON is refused`() {
        #expect(error("{")?.code == .invalid)
    }

    @Test func `names and addresses are unique`() {
        let twin = ClusterNode(name: "a", peerAddress: "10.0.0.3:7000")
        let neighbour = ClusterNode(name: "c", peerAddress: a.peerAddress)
        #expect(throws: ClusterError(.invalid, #"Two nodes are named "a"."#)) {
            try ClusterMembership(epoch: 1, nodes: [a, twin])
        }
        #expect(throws: ClusterError(.invalid, "Two nodes have the address 10.0.0.1:7000.")) {
            try ClusterMembership(epoch: 1, nodes: [a, neighbour])
        }
    }

    @Test(arguments: ["", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0:1", "10.0.0.256:1", "a:1", "10.0.0.01:1"])
    func `an address is four bytes and a port`(address: String) {
        #expect(throws: ClusterError.self) {
            try ClusterMembership(epoch: 1, nodes: [ClusterNode(name: "a", peerAddress: address)])
        }
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e7])
    func `a weight is above zero and within bounds`(weight: Double) {
        #expect(throws: ClusterError.self) {
            try ClusterMembership(epoch: 1, nodes: [ClusterNode(name: "a", peerAddress: "1.2.3.4:5", weight: weight)])
        }
    }

    @Test func `a cluster has at most sixty-four nodes`() throws {
        let nodes = (1...65).map { ClusterNode(name: "n\($0)", peerAddress: "10.0.0.\($0):1") }
        #expect(try ClusterMembership(epoch: 1, nodes: Array(nodes.prefix(64))).nodes.count == 64)
        #expect(throws: ClusterError(.invalid, "A cluster has at most 64 nodes, not 65.")) {
            try ClusterMembership(epoch: 1, nodes: nodes)
        }
    }

    @Test func `a higher epoch counts, the same changes nothing, a lower or another of the same is refused`() throws {
        let second = try ClusterMembership(epoch: 2, nodes: [a, b])
        #expect(try second.isSucceeded(by: ClusterMembership(epoch: 3, nodes: [a])))
        #expect(try !second.isSucceeded(by: ClusterMembership(epoch: 2, nodes: [b, a])))
        #expect(throws: ClusterError(.stale, "A membership of epoch 1 was read after one of epoch 2.")) {
            try second.isSucceeded(by: ClusterMembership(epoch: 1, nodes: [a]))
        }
        #expect(throws: ClusterError(.conflict, "Two different memberships have the epoch 2.")) {
            try second.isSucceeded(by: ClusterMembership(epoch: 2, nodes: [a]))
        }
    }

    @Test func `a store reads its file anew each time`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("membership-\(UUID()).json")
        defer {
            // A file that is left in the temporary folder does no harm.
            try? FileManager.default.removeItem(at: file)
        }
        let store = FileClusterStore(path: file.path)
        await #expect(throws: (any Error).self) { try await store.newest() }
        for epoch in UInt64(1)...2 {
            let membership = try ClusterMembership(epoch: epoch, nodes: [a, b])
            try membership.json.write(to: file, atomically: true, encoding: .utf8)
            #expect(try await store.newest() == membership)
        }
    }

    @Test func `a store in memory says what was put there last`() async throws {
        let store = MemoryClusterStore(try ClusterMembership(epoch: 1, nodes: [a]))
        let next = try ClusterMembership(epoch: 2, nodes: [a, b])
        store.replace(by: next)
        #expect(try await store.newest() == next)
    }
}
