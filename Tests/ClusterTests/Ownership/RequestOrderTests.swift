import Cluster
import DurableActors
import Testing

/// What becomes of one node's requests, step by step.
@Suite struct RequestOrderTests {
    @Test func `the first refusal takes back all requests of its round behind it, and the others change nothing`()
        throws
    {
        let membership = try ClusterMembership(
            epoch: 1,
            nodes: ["a", "b"].map { ClusterNode(name: $0, peerAddress: "10.0.0.1:\(Array($0.utf8)[0])") }
        )
        var keeper = try ShardKeeper(name: "a", record: KeeperRecord(), membership: membership, hasRows: false)
        var order = RequestOrder()
        _ = keeper.start()
        _ = keeper.handle(.stored(ticket: 1))
        _ = (order.linkUp("b"), keeper.handle(.linkUp("b")))
        let shard = try #require(ShardMap(membership).shards(of: "b").first)
        func sent(_ actions: [RequestAction]?) -> [ShardRequest]? {
            actions?.compactMap { if case .send(let request, to: "b") = $0 { request } else { nil } }
        }
        let first = (1...4).compactMap { sent(order.begin($0, shard, keeper))?.first }
        #expect(first.map(\.id) == [1, 2, 3, 4])
        let second = sent(order.refused(first[1], elsewhere: "c", epoch: 1, keeper))
        #expect(second?.map(\.id) == [2, 3, 4])
        for request in first[2...] {
            #expect(order.refused(request, elsewhere: "c", epoch: 1, keeper) == nil)
        }
        let third = try sent(order.refused(#require(second)[0], elsewhere: "c", epoch: 1, keeper))
        #expect(third?.map(\.id) == [2, 3, 4])
    }
}
