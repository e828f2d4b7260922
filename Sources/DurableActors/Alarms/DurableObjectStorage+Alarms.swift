/// Alarms: times at which the object's `alarm` is called, stored with its data and written in the same turns.
///
/// An object has one alarm without a name, as on Cloudflare, and any number with names, which are this package's own.
/// Each is set, tried again and given up on its own; the handlers of one object's alarms never run at the same time.
extension DurableObjectStorage {
    /// When the alarm is due, in milliseconds since 1970; nil when none is set or its handler is running.
    ///
    /// During a handler it is what the handler, or another event, has set since. `allowConcurrency` changes nothing:
    /// storage never waits, so nothing can come between.
    public func getAlarm(allowConcurrency: Bool = false) async throws -> Int64? {
        try incarnation.alarm(named: [])
    }

    /// Sets the alarm, in milliseconds since 1970; a past time means as soon as possible.
    ///
    /// The last time set is the one that counts. In its own handler it is the alarm's next run. Throws for a time of 0
    /// or less, and for a class that is no `AlarmHandler`, but not while the object is made. With `allowUnconfirmed`
    /// what the object sends next does not wait for this write. `allowConcurrency` changes nothing: storage never waits.
    public func setAlarm(
        _ milliseconds: Int64,
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false
    ) async throws {
        try incarnation.setAlarm(named: [], milliseconds, confirmed: !allowUnconfirmed)
    }

    /// Removes the alarm; one whose handler runs is not interrupted, but not tried again either.
    ///
    /// With `allowUnconfirmed` what the object sends next does not wait for this write. `allowConcurrency` changes
    /// nothing: storage never waits.
    public func deleteAlarm(allowConcurrency: Bool = false, allowUnconfirmed: Bool = false) async throws {
        try incarnation.deleteAlarm(named: [], confirmed: !allowUnconfirmed)
    }

    /// When the alarm of a name is due, in milliseconds since 1970; nil when none is set or its handler is running.
    ///
    /// The empty name is the alarm without a name.
    public func getAlarm(name: String) async throws -> Int64? {
        try incarnation.alarm(named: Array(name.utf8))
    }

    /// Sets the alarm of a name, in milliseconds since 1970; the others stay as they are.
    ///
    /// A name has at most 256 bytes of UTF-8; the empty one is the alarm without a name. Throws as `setAlarm(_:)`.
    public func setAlarm(name: String, _ milliseconds: Int64, allowUnconfirmed: Bool = false) async throws {
        try incarnation.setAlarm(named: Array(name.utf8), milliseconds, confirmed: !allowUnconfirmed)
    }

    /// Removes the alarm of a name; one whose handler runs is not interrupted, but not tried again either.
    public func deleteAlarm(name: String, allowUnconfirmed: Bool = false) async throws {
        try incarnation.deleteAlarm(named: Array(name.utf8), confirmed: !allowUnconfirmed)
    }

    /// Every alarm that is set, in order of the names' bytes, with its time in milliseconds since 1970.
    ///
    /// The one without a name has the empty name. One whose handler runs is absent, unless it was set anew.
    public func listAlarms() async throws -> [(name: String, due: Int64)] {
        try incarnation.alarms().map { (name: String(decoding: $0.name, as: UTF8.self), due: $0.due) }
    }
}
