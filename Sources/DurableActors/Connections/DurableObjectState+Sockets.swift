extension DurableObjectState {
    /// How many tags a socket may have.
    public static let maximumTags = 10
    /// The longest tag, in UTF-8 bytes.
    public static let maximumTagBytes = 256

    /// Hands one end of a pair to the host: its messages become events of this object, in memory or not.
    public func acceptWebSocket(_ socket: WebSocket, tags: [String] = []) throws {
        try incarnation.check()
        guard !socket.isOwned else {
            throw DurableObjectError(
                .invalidArgument,
                "Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`"
            )
        }
        var distinct: [String] = []
        for tag in tags {
            guard distinct.count < Self.maximumTags else {
                throw DurableObjectError(
                    .invalidArgument,
                    "a Hibernatable WebSocket cannot have more than 10 tags"
                )
            }
            guard tag.utf8.count <= Self.maximumTagBytes else {
                throw DurableObjectError(
                    .invalidArgument,
                    "\"\(tag)\" is longer than the max tag length (256 characters)."
                )
            }
            if !distinct.contains(tag) { distinct.append(tag) }
        }
        let cell = incarnation.cell
        guard cell.sockets.sockets.count < cell.host.limits.socketsPerObject else {
            throw DurableObjectError(
                .overloaded,
                "only 32768 websockets can be accepted on a single Durable Object instance"
            )
        }
        socket.belongs(to: cell, tags: distinct)
        cell.sockets.add(socket)
        socket.attach(ObjectSocketReceiver(cell: cell, socket: socket))
    }

    /// The sockets of this object: all, the newest first, or those with a tag, the oldest first.
    public func getWebSockets(tag: String? = nil) throws -> [WebSocket] {
        try incarnation.check()
        let sockets = incarnation.cell.sockets.sockets
        guard let tag else { return sockets.reversed() }
        return sockets.filter { $0.tags.contains(tag) }
    }

    /// The tags a socket was accepted with.
    public func getTags(_ socket: WebSocket) throws -> [String] {
        try incarnation.check()
        guard socket.isOwned else {
            throw DurableObjectError(
                .invalidArgument,
                "you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket."
            )
        }
        return socket.tags
    }
}
