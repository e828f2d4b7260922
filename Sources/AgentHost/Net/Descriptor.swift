internal import CLinux
internal import Glibc

/// A file descriptor that is closed with its last reference.
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over a descriptor; throws what `errno` says when it is negative.
    package init(_ number: Int32, _ action: String) throws(SocketError) {
        guard number >= 0 else { throw SocketError(errno, action) }
        self.number = number
    }

    deinit { close(number) }

    /// The address of whoever a connected socket leads to; nil when that is gone.
    var peerAddress: String? {
        let address = da_peer_address(number)
        guard address >= 0 else { return nil }
        return [24, 16, 8, 0].map { "\(address >> $0 & 0xFF)" }.joined(separator: ".")
    }
}

/// What the system said of a socket.
public struct SocketError: Error, Sendable, CustomStringConvertible {
    /// The system's number.
    public let code: Int32
    /// What was tried, and the system's text.
    public let description: String

    package init(_ code: Int32, _ action: String) {
        self.code = code
        // Safe because strerror gives a C string for every number.
        description = unsafe "\(action): \(String(cString: strerror(code)))"
    }
}
