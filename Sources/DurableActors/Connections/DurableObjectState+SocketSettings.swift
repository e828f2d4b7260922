internal import Locks

extension DurableObjectState {
    /// The longest event timeout, in milliseconds: seven days.
    public static let maximumWebSocketEventTimeout = 604_800_000

    /// Has the host answer a text message itself, on all sockets taken by `acceptWebSocket`, also those taken before;
    /// without a pair it no longer does.
    ///
    /// The answer wakes no object and waits neither to enter it nor for its writes; binary messages are never answered.
    /// The pair survives hibernation, but not a reset. Throws a `RangeError` for a text of over 2,048 UTF-8 bytes.
    public func setWebSocketAutoResponse(_ pair: WebSocketRequestResponsePair? = nil) throws {
        try incarnation.check()
        try pair?.check()
        incarnation.cell.madeSocketExtras.autoResponse = pair
    }

    /// What the host answers itself; nil when it does not.
    public func getWebSocketAutoResponse() throws -> WebSocketRequestResponsePair? {
        try incarnation.check()
        return incarnation.cell.socketExtras?.autoResponse
    }

    /// When the host last answered a message of this socket itself, in milliseconds since 1970; nil when it never did.
    public func getWebSocketAutoResponseTimestamp(_ socket: WebSocket) throws -> Int64? {
        try incarnation.check()
        return socket.state.withLock { $0.answeredAt }
    }

    /// Bounds how long the handler of an event of a socket taken by `acceptWebSocket` may take; nil or 0 lifts the bound.
    ///
    /// A handler that takes longer has the object reset. Holds for events that begin from now on, and survives
    /// hibernation, but not a reset. Throws for more than seven days.
    public func setHibernatableWebSocketEventTimeout(milliseconds: Int? = nil) throws {
        try incarnation.check()
        guard (0...Self.maximumWebSocketEventTimeout).contains(milliseconds ?? 0) else {
            throw DurableObjectError(.invalidArgument, "Event timeout should not exceed 604800000 ms.")
        }
        incarnation.cell.madeSocketExtras.eventTimeout = milliseconds == 0 ? nil : milliseconds
    }

    /// How long the handler of a socket's event may take, in milliseconds; nil when that is not bounded.
    public func getHibernatableWebSocketEventTimeout() throws -> Int? {
        try incarnation.check()
        return incarnation.cell.socketExtras?.eventTimeout
    }
}
