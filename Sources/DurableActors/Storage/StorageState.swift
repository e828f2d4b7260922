/// What an incarnation has written in the turn that is running, and what it says of running alarms.
///
/// Confined to the object's cell.
package struct StorageState {
    /// The writes of this turn.
    package var open = WriteSet()
    /// Whether there are any.
    var hasOpenWrites: Bool { !open.isEmpty }
    /// Whether one of them must be durable before anything leaves the object.
    package var openIsConfirmed = false
    /// Alarms whose handler runs now, by name: they read as absent, and are deleted when the handler succeeds unless
    /// the value says that they were set anew meanwhile.
    package var runningAlarms: [[UInt8]: RunningAlarm] = [:]

    package struct RunningAlarm {
        package let due: Int64
        /// When its handler began, as uptime in nanoseconds.
        package let began: UInt64
        /// Whether it was set anew or deleted since, so that the end of the handler changes nothing.
        package var isSettled = false
    }

    /// Forgets the turn's writes.
    mutating func drop() {
        open = WriteSet()
        openIsConfirmed = false
    }

    /// Hands over the turn's writes.
    package mutating func takeOpen() -> WriteSet {
        defer {
            open = WriteSet()
            openIsConfirmed = false
        }
        return open
    }
}
