import Distributed
import DurableActors

/// The door: `POST /api/room` makes a private room, `/api/room/NAME/websocket` enters one.
struct ChatDoor: Sendable {
    let rooms: DurableObjectNamespace<ChatRoom>

    func fetch(_ request: Request) async throws -> Response {
        let path = request.url.segments
        guard path.starts(with: ["api", "room"]) else { return Response("Not found", status: 404) }
        if path.count == 2, request.method == "POST" { return Response("\(rooms.newUniqueId())") }
        guard path.count == 4, path[3] == "websocket" else { return Response("Not found", status: 404) }
        if path[2].count <= 32 { return try await rooms.getByName(path[2]).fetch(request) }
        guard let id = try? rooms.idFromString(path[2]) else {  // the client is told
            return Response("A room's name has at most 32 characters", status: 404)
        }
        return try await rooms.get(id).fetch(request)
    }
}
