internal import Locks

extension DurableObjectState {
    /// How many tags a socket may have.
    public static let maximumTags = 10
    /// The longest tag, in UTF-8 bytes.
    public static let maximumTagBytes = 256

    /// Hands one end of a pair to the host: its messages become events of this object, in memory or not.
    ///
    /// The other end must be unused still; it goes into the response. Throws when this end or the other was taken before,
    /// for an eleventh tag, a tag of over 256 UTF-8 bytes, or one socket too many; the socket is not taken then.
    public func acceptWebSocket(_ socket: WebSocket, tags: [String] = []) throws {
        try incarnation.check()
        guard socket.use == .none else {
            throw DurableObjectError(
                .invalidArgument,
                "Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`"
            )
        }
        guard socket.isOtherEndUnused else {
            throw DurableObjectError(
                .invalidArgument,
                """
                Cannot call `acceptWebSocket()` on this WebSocket because its pair has already been accepted or used in \
                a Response.
                """
            )
        }
        let distinct = try Self.distinct(tags)
        let cell = incarnation.cell
        guard cell.sockets.count < cell.host.limits.socketsPerObject else {
            throw DurableObjectError(
                .overloaded,
                "only 32768 websockets can be accepted on a single Durable Object instance"
            )
        }
        cell.sockets.append(socket)
        socket.attach(to: cell, tags: distinct)
    }

    private static func distinct(_ tags: [String]) throws(DurableObjectError) -> [String] {
        var distinct: [String] = []
        for tag in tags {
            guard distinct.count < maximumTags else {
                throw DurableObjectError(
                    .invalidArgument,
                    "a Hibernatable WebSocket cannot have more than 10 tags"
                )
            }
            guard tag.utf8.count <= maximumTagBytes else {
                throw DurableObjectError(
                    .invalidArgument,
                    "\"\(tag)\" is longer than the max tag length (256 characters)."
                )
            }
            if !distinct.contains(tag) { distinct.append(tag) }
        }
        return distinct
    }

    /// Gives up a socket whose other end never leaves in a response; the object is not told of its end.
    package func dropWebSocket(_ socket: WebSocket) {
        incarnation.cell.sockets.remove(socket)
        socket.terminate()
    }

    /// The sockets of this object: all, the newest first, or those with a tag, the oldest first.
    ///
    /// A socket that the object has closed is listed until the peer has closed too or is gone. One that has ended is
    /// listed in the first turn of the handler that is told so, and no longer.
    public func getWebSockets(tag: String? = nil) throws -> [WebSocket] {
        try incarnation.check()
        let sockets = incarnation.cell.sockets.all
        guard let tag else { return sockets.reversed() }
        return sockets.filter { $0.tags.contains(tag) }
    }

    /// The tags a socket was accepted with; throws for one that was not taken by `acceptWebSocket`.
    public func getTags(_ socket: WebSocket) throws -> [String] {
        try incarnation.check()
        switch socket.use {
        case .hibernatable:
            return socket.tags
        case .standard:
            throw DurableObjectError(.invalidArgument, "only hibernatable websockets can have tags.")
        case .none, .response:
            throw DurableObjectError(
                .invalidArgument,
                "you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket."
            )
        }
    }
}
