internal import Locks
internal import struct Synchronization.AtomicLazyReference

/// What few objects have of sockets, apart from the list of them, since a host keeps a great many objects.
///
/// It lives in the cell, not in the incarnation: sockets outlive hibernation. Confined to the object's cell, but for the
/// answer that the host gives itself: that is read by whichever thread brings a message, under a lock of its own.
final class SocketExtras: @unchecked Sendable {
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
    /// The sockets taken by `accept`, which are never listed.
    var standard: [WebSocket] = []
    private let answer = Mutex<Answer?>(nil)
    /// How long the handler of an event of a socket may take, in milliseconds; nil when that is not bounded.
    var eventTimeout: Int?

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
}

extension ObjectCell {
    /// From any thread; nil while nothing was kept.
    var socketExtras: SocketExtras? { keptSocketExtras.load() }

    /// To be changed; on the cell.
    var madeSocketExtras: SocketExtras { socketExtras ?? keptSocketExtras.storeIfNil(SocketExtras()) }

    /// Drops every socket without a close frame, and forgets what was said about them; on the cell.
    func dropSockets() {
        var dropped = sockets.all
        sockets = SocketList()
        if let extras = socketExtras {
            extras.autoResponse = nil
            extras.eventTimeout = nil
            dropped += extras.standard
            extras.standard = []
        }
        for socket in dropped { socket.terminate() }
    }
}
