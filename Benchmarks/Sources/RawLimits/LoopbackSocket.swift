internal import Glibc

/// One end of a TCP connection over 127.0.0.1, blocking, with Nagle's algorithm off.
struct LoopbackSocket: Sendable {
    private let descriptor: Int32

    /// Connects two ends with each other; the first is the connecting one.
    static func pair() throws -> (LoopbackSocket, LoopbackSocket) {
        let listener = try SystemError.check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        defer { Glibc.close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // safe because the pointers do not leave the closure.
        try unsafe withAddress(&address) { pointer, length in
            // safe because the pointer covers a whole sockaddr_in for the length of the call.
            try unsafe SystemError.check("bind", bind(listener, pointer, length.pointee))
            try SystemError.check("listen", listen(listener, 1))
            // safe for the same reason; the kernel writes no more than the given length.
            try unsafe SystemError.check("getsockname", getsockname(listener, pointer, length))
        }
        let near = try SystemError.check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        // safe because the pointers do not leave the closure.
        try unsafe withAddress(&address) { pointer, length in
            // safe because the pointer covers a whole sockaddr_in for the length of the call.
            try unsafe SystemError.check("connect", connect(near, pointer, length.pointee))
        }
        let far = try SystemError.check("accept", accept(listener, nil, nil))
        return (try LoopbackSocket(near), try LoopbackSocket(far))
    }

    /// Connects to a port of this machine.
    init(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let descriptor = try SystemError.check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        // safe because the pointers do not leave the closure.
        try unsafe Self.withAddress(&address) { pointer, length in
            // safe because the pointer covers a whole sockaddr_in for the length of the call.
            try unsafe SystemError.check("connect", connect(descriptor, pointer, length.pointee))
        }
        try self.init(descriptor)
    }

    private init(_ descriptor: Int32) throws {
        self.descriptor = descriptor
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // safe because the option is an Int32 of the given size, only read.
        let code = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        try SystemError.check("setsockopt", code)
    }

    /// Sends all bytes; a connection closed by the other end is an error, not a signal.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            // safe because the range sent lies within the array, which is borrowed for the length of the call.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + sent },
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            sent += try SystemError.check("send", count)
        }
    }

    /// Fills the array with received bytes; false when the other end closed the connection.
    func receive(into bytes: inout [UInt8]) throws -> Bool {
        var received = 0
        while received < bytes.count {
            // safe because the range filled lies within the array, which is borrowed for the length of the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress.map { unsafe $0 + received }, buffer.count - received, 0)
            }
            guard try SystemError.check("recv", count) > 0 else { return false }
            received += count
        }
        return true
    }

    /// Reads until what has come ends with these bytes.
    func receive(upTo end: [UInt8]) throws {
        var received: [UInt8] = []
        var byte: [UInt8] = [0]
        while !received.suffix(end.count).elementsEqual(end) {
            guard try receive(into: &byte) else { throw SystemError.ended }
            received += byte
        }
    }

    /// Closes this end; it must not be used afterwards.
    func close() {
        Glibc.close(descriptor)
    }

    private static func withAddress(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws -> Void
    ) throws {
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // safe because sockaddr_in begins like sockaddr and the length given is sockaddr_in's.
        try unsafe withUnsafeMutablePointer(to: &address) { pointer in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try unsafe body($0, &length) }
        }
    }
}
