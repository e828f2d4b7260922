/// Many connections to one port of this machine, driven by blocking calls of one thread at a time.
public struct SocketCrowd: Sendable {
    private let sockets: [LoopbackSocket]

    /// Connects: each socket sends its `hello` and then reads until what has come ends with `welcome`.
    public init(_ count: Int, port: Int, welcome: [UInt8], hello: (_ place: Int) -> [UInt8]) throws {
        sockets = try (0..<count).map { place in
            let socket = try LoopbackSocket(port: UInt16(port))
            try socket.send(hello(place))
            try socket.receive(upTo: welcome)
            return socket
        }
    }

    init(_ sockets: [LoopbackSocket]) { self.sockets = sockets }

    /// How many there are.
    public var count: Int { sockets.count }

    /// Sends the same bytes on every socket, one after the other.
    public func send(_ bytes: [UInt8]) throws {
        for socket in sockets { try socket.send(bytes) }
    }

    /// Reads so many bytes from every socket, one after the other.
    public func receive(_ count: Int) throws {
        var bytes = [UInt8](repeating: 0, count: count)
        for socket in sockets {
            guard try socket.receive(into: &bytes) else { throw SystemError.ended }
        }
    }

    /// Sends on the first socket alone.
    func sendFirst(_ bytes: [UInt8]) throws { try sockets.first?.send(bytes) }

    /// Closes every socket; none may be used afterwards.
    public func close() {
        for socket in sockets { socket.close() }
    }
}
