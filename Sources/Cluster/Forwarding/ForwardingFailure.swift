internal import DurableActors

/// What callers see of trouble between nodes.
enum ForwardingFailure {
    /// The link broke under the call, which may have run.
    static let lost = DurableObjectError(.disconnected, "Network connection lost.", retryable: true)

    /// What a link's error means for a call that was on its way to a node; nothing was done where the code is `unavailable`.
    static func of(_ error: LinkError, node: String) -> DurableObjectError {
        switch error {
        case .lost(mayHaveArrived: true), .closed, .cancelled, .refused: lost
        case .lost(mayHaveArrived: false), .unknownPeer:
            unavailable("The node \(node), which has the object, cannot be reached.")
        case .deadlineExceeded: unavailable("The node \(node), which has the object, was not reached in time.")
        case .full:
            DurableObjectError(.overloaded, "Too much waits for the node \(node).", retryable: true, overloaded: true)
        case .tooLarge(let bytes):
            DurableObjectError(.invalidArgument, "A call of \(bytes) bytes is too large to go to another node.")
        }
    }

    static func unavailable(_ text: String) -> DurableObjectError {
        DurableObjectError(.unavailable, text, retryable: true)
    }
}
