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
    /// How many sockets one object may hold.
    public var socketsPerObject = 32768

    /// Lets everything leave objects before it is durable: a deliberately wrong host, by which the checkers of crash
    /// tests are shown to catch one.
    package var breaksOutputGate = false

    /// Gives every stub a cell of its own: a deliberately wrong host with several living objects of one name, by which
    /// the checker of that is shown to catch one.
    package var breaksSingleInstance = false

    /// The defaults.
    public init() {}
}
