/// Why a link between two nodes is over.
package enum LinkEnd: Error, Hashable, Sendable, CustomStringConvertible {
    /// The connection under it ended or could not be made.
    case transport(String)
    /// The other side does not know the shared secret.
    case wrongSecret
    /// The other side speaks this version of the protocol.
    case wrongVersion(UInt16)
    /// The node of this name answered where another one was expected.
    case wrongName(String)
    /// Another link between the same two nodes stays.
    case duplicate
    /// The other side broke the protocol.
    case violation(String)
    /// Nothing was heard from the other side for too long.
    case silence
    /// The other side has not proved itself in time.
    case slowHandshake
    /// One of the sides has said goodbye, and all streams have ended.
    case goodbye
    /// This side has dropped it.
    case dropped
    /// The other side ended it and said this.
    case told(String)

    /// One sentence.
    package var description: String {
        switch self {
        case .transport(let text): text
        case .wrongSecret: "The peer does not know the cluster's secret"
        case .wrongVersion(let version):
            "The peer speaks version \(version) of the links' protocol, not \(LinkHello.version)"
        case .wrongName(let name): "The peer is the node '\(name)'"
        case .duplicate: "Another link between the same nodes stays"
        case .violation(let text): "The peer broke the links' protocol: \(text)"
        case .silence: "Nothing was heard from the peer for too long"
        case .slowHandshake: "The peer has not proved itself in time"
        case .goodbye: "The link has ended in order"
        case .dropped: "The link was dropped"
        case .told(let text): "The peer ended the link: \(text)"
        }
    }
}
