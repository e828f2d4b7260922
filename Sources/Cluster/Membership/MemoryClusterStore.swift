internal import Locks

/// A membership in memory, for tests and for nodes within one process.
public final class MemoryClusterStore: ClusterStore {
    private let membership: Mutex<ClusterMembership>

    /// Makes a store that knows a membership.
    public init(_ membership: ClusterMembership) { self.membership = Mutex(membership) }

    /// Puts another membership in its place, whatever its epoch.
    public func replace(by next: ClusterMembership) { membership.withLock { $0 = next } }

    /// The membership that was put here last.
    public func newest() async throws -> ClusterMembership { membership.withLock { $0 } }
}
