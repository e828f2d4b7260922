internal import AgentHost
internal import Cluster
internal import DurableActors

/// What a node says of itself: its epoch, whether it is settled, and the shards that it owns.
struct Standing: Codable {
    let epoch: UInt64
    let isSettled: Bool
    let owned: [UInt16]

    /// Waits some milliseconds where the node is not settled, so that whoever asks again does not keep it from its work.
    static func answer(_ host: ObjectHost) async throws -> Response {
        guard var standing = host.clusterStanding else { return Response("Not found", status: 404) }
        if !standing.isSettled {
            try await host.runtime.world.sleep(milliseconds: 10)
            standing = host.clusterStanding ?? standing
        }
        return try Response.json(
            Standing(
                epoch: standing.epoch,
                isSettled: standing.isSettled,
                owned: standing.owned.map(\.value)
            )
        )
    }
}
