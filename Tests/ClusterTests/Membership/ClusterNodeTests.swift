import Cluster
import Testing

/// How nodes are written down.
@Suite struct ClusterNodeTests {
    @Test func `a node weighs one where nothing else is said`() {
        #expect(ClusterNode(name: "a", peerAddress: "127.0.0.1:1").weight == 1)
    }
}
