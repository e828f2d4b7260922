/// Times and bounds of the runtime; the defaults are those of Durable Objects.
public struct HostLimits: Sendable {
    /// How long an object may be idle before it leaves memory, in nanoseconds: 10 seconds.
    public var idleNanoseconds: UInt64 = 10_000_000_000
    /// How long a critical section may last before the object is reset, in nanoseconds: 30 seconds.
    public var blockConcurrencyNanoseconds: UInt64 = 30_000_000_000
    /// How many calls of `blockConcurrencyWhile` may be nested.
    public var blockConcurrencyDepth = 64
    /// How many events may wait for one object before further ones are refused as overload; nil for any number, as the
    /// thresholds of the original are not published.
    public var queuedEvents: Int?
    /// How long an alarm's handler may run before the object is reset, in nanoseconds: 15 minutes.
    public var alarmNanoseconds: UInt64 = 900_000_000_000
    /// How many sockets one object may hold.
    public var socketsPerObject = 32768
    /// How long one call of `storage.sql` may work, in nanoseconds: 30 seconds.
    public var sqlCallNanoseconds: UInt64 = 30_000_000_000
    /// How many instructions of SQLite's machine one call of `storage.sql` may run; a thousand million take some 10 to 30
    /// seconds.
    public var sqlCallSteps = 1_000_000_000
    /// How large an object's SQL database may become, in bytes: 10 GiB.
    public var sqlDatabaseBytes = 10 << 30
    /// How many bytes of an object's SQL database one turn, or one transaction, may change: 64 MiB.
    ///
    /// More fails as a full disk and resets the object.
    public var sqlTransactionBytes = 64 << 20

    /// How many alarms may be under way before more of those due are begun only as these end, or slowly.
    package var alarmsUnderWay = 4096
    /// What is wrong with this host on purpose; nothing but in tests of checkers.
    package var faults: DeliberateFaults = []

    /// The defaults.
    public init() {}
}
