internal import DurableActors

/// What another node holds of something of this one, from when it is handed over until it is let go.
final class HandleLease: Sendable {
    private let key: HandleTable.Key
    private let table: HandleTable
    private let callee: (any ExportedCallee)?
    private let limit: Int

    /// Nothing is held before `begin`; without a callee nothing can be called.
    init(for peer: String, _ forwarder: ClusterForwarder, calling callee: (any ExportedCallee)? = nil) {
        table = forwarder.handles
        key = HandleTable.Key(peer: peer, number: table.nextNumber())
        limit = forwarder.settings.handles
        self.callee = callee
    }

    var number: UInt64 { key.number }

    /// Throws where the node holds too much already.
    func begin() throws { try table.begin(key, callee, limit: limit) }

    func end() { table.end(key) }
}
