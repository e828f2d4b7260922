/// Knows which objects other processes serve, and brings them what is meant for them.
package protocol ObjectForwarder: AnyObject, Sendable {
    /// Takes an event whose object is not served in this process now; false when it is.
    ///
    /// Called from any thread for each event, so it is quick where the object is served here. Events of one object that are
    /// taken arrive in the order in which they were taken.
    func takes(_ event: ObjectEvent, of cell: ObjectCell) -> Bool
}
