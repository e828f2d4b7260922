internal import CLinux
internal import Glibc

/// A blocking TCP connection to a host, for programs that test one from outside.
public final class ClientSocket: Sendable {
    /// How long a read waits before it fails.
    public static let readMilliseconds: Int32 = 60_000

    private let descriptor: Int32

    /// Connects to a host by its name or address.
    public init(host: String = "127.0.0.1", port: Int) throws {
        // Safe because the name is passed as a C string for the call's duration.
        descriptor = unsafe da_tcp_connect(host, UInt16(port), Self.readMilliseconds)
        guard descriptor >= 0 else { throw ClientError("Cannot connect to \(host):\(port)") }
        _ = da_make_blocking(descriptor)
        _ = da_receive_timeout(descriptor, Self.readMilliseconds)
    }

    deinit { close(descriptor) }

    /// Ends this side's direction; the other side's stays open.
    public func endWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends all of it.
    public func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safe because the slice's memory is valid within the closure and its length is passed.
            let sent = unsafe rest.withUnsafeBytes { buffer in
                unsafe da_send_quietly(descriptor, buffer.baseAddress, buffer.count)
            }
            guard sent > 0 else { throw ClientError("The connection ended while it was written to") }
            rest = rest.dropFirst(sent)
        }
    }

    /// The next bytes; nil when the host has ended the connection.
    public func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        // Safe because at most the buffer's length is written.
        let count = unsafe da_receive(descriptor, &buffer, buffer.count)
        if count < 0 {
            if errno == EAGAIN { throw ClientError("Nothing came within \(Self.readMilliseconds) ms") }
            return nil
        }
        return count == 0 ? nil : Array(buffer.prefix(count))
    }
}
