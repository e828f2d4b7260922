internal import Distributed
internal import DurableActors

extension Agent {
    /// The open connections, the oldest first.
    public func getConnections() throws -> [Connection] { try getConnections(tag: nil) }

    /// What `super.getConnections(tag)` is in TypeScript.
    public func defaultGetConnections(tag: String?) throws -> [Connection] {
        let sockets = try tag.map { try ctx.getWebSockets(tag: $0) } ?? ctx.getWebSockets().reversed()
        return sockets.filter { $0.readyState == .open }.compactMap { Connection($0, server: name) }
    }

    /// What `super.getConnection(id)` is in TypeScript.
    public func defaultGetConnection(_ id: String) throws -> Connection? {
        let found = try getConnections(tag: id).filter { $0.id == id }
        guard found.count <= 1 else {
            throw DurableObjectError(
                .invalidArgument,
                "More than one connection found for id \(id). Did you mean to use getConnections(tag) instead?"
            )
        }
        return found.first
    }

    /// Sends a text to every connection.
    public func broadcast(_ text: String) throws { try broadcast(text, without: []) }

    /// Sends bytes to every connection but those with these ids.
    public func broadcast(_ bytes: [UInt8], without: [String] = []) throws {
        try send(OutgoingMessage(.binary(bytes)), without: without)
    }

    /// What `super.broadcast(text, without)` is in TypeScript; the frame is made once.
    ///
    /// A connection whose sending fails is closed with 1011, and the others still get the text.
    public func defaultBroadcast(_ text: String, without: [String]) throws {
        try send(OutgoingMessage(.text(text)), without: without)
    }

    private func send(_ message: OutgoingMessage, without: [String]) throws {
        let without = Set(without)
        for connection in try getConnections(tag: nil) where !without.contains(connection.id) {
            do {
                try connection.socket.send(message)
            } catch {
                try ctx.incarnation.check()
                try connection.close(code: 1011, reason: "Unexpected error")
            }
        }
    }

    /// Sends a frame of the protocol to those that get such frames, by whatever the class has for `broadcast`.
    func broadcastProtocol(_ frame: String, without: [String] = []) throws {
        let silent = try getConnections(tag: nil).filter { !$0.content.isProtocolEnabled }.map(\.id)
        try broadcast(frame, without: without + silent)
    }

    /// Sets whether a connection may change the state.
    public func setConnectionReadonly(_ connection: Connection, _ readonly: Bool = true) throws {
        try connection.change { $0.isReadonly = readonly }
    }

    /// Whether a connection may not change the state: neither by frames of its own nor in methods that it calls.
    public func isConnectionReadonly(_ connection: Connection) -> Bool { connection.content.isReadonly }

    /// Whether a connection gets identity, state and other frames of the protocol.
    public func isConnectionProtocolEnabled(_ connection: Connection) -> Bool {
        connection.content.isProtocolEnabled
    }
}
