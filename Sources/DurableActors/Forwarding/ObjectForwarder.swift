/// Knows which objects other processes serve, and brings them what is meant for them.
package protocol ObjectForwarder: AnyObject, Sendable {
    /// Whether events of a shard's objects may enter in this process, without further question.
    ///
    /// Asked for each event under the lock of its object's entrance. Who says no from now on and then takes that lock has
    /// seen every event that entered before.
    func isOpen(_ shard: ShardIndex) -> Bool

    /// Whether requests for a shard's objects are served here now, by whatever way they come; false once it is to be given.
    func serves(_ shard: ShardIndex) -> Bool

    /// Whether this process has the shard's objects, also while no event may enter them.
    func owns(_ shard: ShardIndex) -> Bool

    /// The classes are registered and objects may start; later calls do nothing.
    func begin()

    /// Takes an event of a shard that was not open: it is brought to its object, wherever that is, or refused.
    ///
    /// Called from any thread. Events of one object enter it in the order in which they were taken. `caller` is the object of
    /// this process that has sent it, if one has.
    func take(_ event: ObjectEvent, of cell: ObjectCell, from caller: ObjectCell?)
}
