/// Where nodes read who belongs to their cluster.
///
/// What is read may be old; a node keeps the newest that it has seen, and refuses a lower epoch.
public protocol ClusterStore: Sendable {
    /// Reads the newest membership that the store knows.
    ///
    /// - Throws: ``ClusterError`` if what is there is wrong, or the store's own error.
    func newest() async throws -> ClusterMembership
}
