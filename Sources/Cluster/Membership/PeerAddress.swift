/// Where a node is reached: an IPv4 address and a port, written "10.0.0.1:7000".
package struct PeerAddress: Sendable, Hashable {
    package let host: String
    package let port: UInt16

    /// Reads an address; nil where it is written in any other way.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0, String(port) == parts[1] else { return nil }
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard bytes.count == 4, bytes.allSatisfy({ part in UInt8(part).map { String($0) == part } ?? false })
        else { return nil }
        (host, self.port) = (String(parts[0]), port)
    }
}
