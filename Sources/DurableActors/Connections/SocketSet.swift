internal import Locks

/// The sockets an object holds, in the order in which it took them, and what it has said about all of them.
///
/// It lives in the cell, not in the incarnation: sockets outlive hibernation. Confined to the object's cell, but for the
/// answer that the host gives itself: that is read by whichever thread brings a message, under a lock of its own.
package final class SocketSet: @unchecked Sendable {
    private final class Answer: Sendable {
        let pair: WebSocketRequestResponsePair
        /// Made once, so that its frame is encoded once for all sockets.
        let message: OutgoingMessage

        init(_ pair: WebSocketRequestResponsePair) {
            self.pair = pair
            message = OutgoingMessage(.text(pair.response))
        }
    }

    // Safe because all but the answer, which has a lock, is touched only in turns of the cell.
    package private(set) var sockets: [WebSocket] = []
    /// Those taken by `accept`, which are never listed.
    private var standard: [WebSocket] = []
    private let answer = Mutex<Answer?>(nil)
    /// How long the handler of an event of a socket may take, in milliseconds; nil when that is not bounded.
    var eventTimeout: Int?

    package var isEmpty: Bool { sockets.isEmpty }

    func add(_ socket: WebSocket) { sockets.append(socket) }

    func remove(_ socket: WebSocket) { sockets.removeAll { $0 === socket } }

    func addStandard(_ socket: WebSocket) { standard.append(socket) }

    func removeStandard(_ socket: WebSocket) { standard.removeAll { $0 === socket } }

    var autoResponse: WebSocketRequestResponsePair? {
        get { answer.withLock { $0?.pair } }
        set {
            let new = newValue.map(Answer.init)
            answer.withLock { $0 = new }
        }
    }

    /// The host's answer to a message, from any thread; binary messages have none.
    func answer(to message: WebSocketMessage) -> OutgoingMessage? {
        guard case .text(let text) = message else { return nil }
        return answer.withLock { answer in
            guard let answer, text.utf8.elementsEqual(answer.pair.request.utf8) else { return nil }
            return answer.message
        }
    }

    /// Drops every socket without a close frame, and forgets what was said about them.
    package func dropAll() {
        autoResponse = nil
        eventTimeout = nil
        let dropped = sockets + standard
        sockets = []
        standard = []
        for socket in dropped { socket.terminate() }
    }
}
