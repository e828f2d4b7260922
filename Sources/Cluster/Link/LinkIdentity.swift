internal import DurableActors

/// Who this node is to the others, and what it proves it with.
package struct LinkIdentity: Sendable {
    /// The node's name.
    package let name: String
    /// Tells the lives of its process apart.
    package let incarnation: UInt64
    /// The cluster's secret, which never leaves the process.
    private let secret: [UInt8]

    package init(name: String, incarnation: UInt64, secret: [UInt8]) {
        precondition(!secret.isEmpty, "A cluster needs a secret.")
        precondition((1...LinkHello.maximumNameBytes).contains(name.utf8.count), "A node needs a name.")
        self.name = name
        self.incarnation = incarnation
        self.secret = secret
    }

    /// The sides of a handshake, which prove different things.
    enum Side: UInt8 {
        case dialler = 1
        case acceptor = 2
    }

    /// What shows that a side of this handshake knows the secret.
    func proof(of side: Side, _ dialler: LinkHello, _ acceptor: LinkHello) -> [UInt8] {
        var transcript: [UInt8] = [side.rawValue]
        for hello in [dialler, acceptor] { LinkFrame.hello(hello).append(to: &transcript) }
        return Digest.hmacSHA256(key: secret, transcript)
    }

    /// Whether it shows that.
    func accepts(_ proof: [UInt8], of side: Side, _ dialler: LinkHello, _ acceptor: LinkHello) -> Bool {
        Digest.equalInConstantTime(proof, self.proof(of: side, dialler, acceptor))
    }
}
