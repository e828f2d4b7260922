/// Knows which objects other processes serve, and brings them what is meant for them.
package protocol ObjectForwarder: AnyObject, Sendable {
    /// Whether events of a shard's objects may enter in this process, without further question; asked for each event.
    func isOpen(_ shard: ShardIndex) -> Bool

    /// The classes are registered and objects may start; later calls do nothing.
    func begin()

    /// Takes an event of a shard that was not open: it is brought to its object, wherever that is, or refused.
    ///
    /// Called from any thread. Events of one object enter it in the order in which they were taken.
    func take(_ event: ObjectEvent, of cell: ObjectCell)
}
