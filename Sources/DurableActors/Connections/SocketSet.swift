/// The sockets an object holds, in the order in which it took them.
///
/// Confined to the object's cell. It lives in the cell, not in the incarnation: sockets outlive hibernation.
package final class SocketSet: @unchecked Sendable {
    // Safe because it is touched only in turns of its cell.
    package private(set) var sockets: [WebSocket] = []

    package var isEmpty: Bool { sockets.isEmpty }

    func add(_ socket: WebSocket) { sockets.append(socket) }

    func remove(_ socket: WebSocket) { sockets.removeAll { $0 === socket } }

    /// Drops every socket without a close frame.
    func dropAll() {
        let dropped = sockets
        sockets = []
        for socket in dropped { socket.terminate() }
    }
}
