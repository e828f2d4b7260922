/// What each side says first: who it is, and a number that was never used before for the other side to prove itself on.
package struct LinkHello: Hashable, Sendable {
    /// The version of the protocol that this build speaks.
    package static let version: UInt16 = 2
    static let magic: UInt32 = 0x4441_4C4B
    static let nonceBytes = 32
    /// The longest name of a node, in bytes.
    package static let maximumNameBytes = 255

    package var version = LinkHello.version
    package var nonce: [UInt8]
    package var name: String
    /// Whom it is said to; empty where a side does not know yet.
    package var to: String
    /// The epoch of the membership it knows.
    package var epoch: UInt64
    /// Tells the lives of a node's process apart.
    package var incarnation: UInt64
    /// Which of its attempts to connect to this node this is; 0 where it has not connected.
    package var attempt: UInt64
    /// How much it takes of each stream beyond what was consumed.
    package var window: UInt32
}

extension LinkHello {
    func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Self.magic)
        bytes.append(bigEndian: version)
        bytes += nonce
        bytes.append(bigEndian: epoch)
        bytes.append(bigEndian: incarnation)
        bytes.append(bigEndian: attempt)
        bytes.append(bigEndian: window)
        for name in [name, to] {
            bytes.append(UInt8(name.utf8.count))
            bytes += Array(name.utf8)
        }
    }

    init(from fields: inout LinkFields) throws(LinkEnd) {
        guard try fields.integer(UInt32.self) == Self.magic else { throw .violation("this is not a link") }
        let version = try fields.integer(UInt16.self)
        guard version == Self.version else { throw .wrongVersion(version) }
        nonce = Array(try fields.bytes(Self.nonceBytes))
        epoch = try fields.integer()
        incarnation = try fields.integer()
        attempt = try fields.integer()
        window = try fields.integer()
        name = try fields.text(count: Int(try fields.integer(UInt8.self)))
        to = try fields.text(count: Int(try fields.integer(UInt8.self)))
        guard !name.isEmpty, window > 0 else { throw .violation("a greeting without a name or without room") }
    }
}
