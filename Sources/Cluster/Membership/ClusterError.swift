/// What is wrong with a cluster's membership, or with how a node was started in it.
public struct ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is.
    public enum Code: Sendable {
        /// The membership's text or content is wrong.
        case invalid
        /// The membership is of a lower epoch than one that is known.
        case stale
        /// Two memberships of one epoch differ.
        case conflict
        /// The node's own data do not fit the way in which it was started.
        case misplaced
    }

    /// What kind of trouble it is.
    public let code: Code
    /// What is wrong, in a sentence.
    public let description: String

    /// Makes an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
