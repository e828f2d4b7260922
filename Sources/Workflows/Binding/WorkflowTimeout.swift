/// How long an instance may last, from its creation to its end; beyond the original.
///
/// When the time has passed the instance is terminated, and its status has a `WorkflowTimeoutError`. Time in the queue, in
/// sleeps and without a host counts; time in pause does not. A restart begins the time anew.
public struct WorkflowTimeout: Codable, Sendable, Hashable, ExpressibleByStringLiteral {
    /// How long, more than zero.
    public var after: WorkflowDuration
    /// Whether the steps that have started are rolled back first.
    public var rollback: Bool

    /// Makes a timeout.
    public init(after: WorkflowDuration, rollback: Bool = false) {
        self.after = after
        self.rollback = rollback
    }

    /// Reads the literal as a duration; without rollback.
    public init(stringLiteral text: String) { self.init(after: WorkflowDuration(text)) }
}
