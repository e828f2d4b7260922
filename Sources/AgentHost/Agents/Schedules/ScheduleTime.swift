/// When something is to run: `60`, in seconds, `"0 8 * * 1-5"`, a cron expression in UTC, or `.date(milliseconds)`.
public enum ScheduleTime: Sendable, Hashable {
    /// Once, at a time in milliseconds since 1970; a past one means at once.
    case date(_ milliseconds: Int64)
    /// Once, after a delay; none, or less, means at once.
    case delay(_ seconds: Double)
    /// At every time that a cron expression matches.
    case cron(_ expression: String)
}

extension ScheduleTime: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    /// A delay in seconds.
    public init(integerLiteral value: Int64) { self = .delay(Double(value)) }
    /// A delay in seconds.
    public init(floatLiteral value: Double) { self = .delay(value) }
    /// A cron expression.
    public init(stringLiteral value: String) { self = .cron(value) }
}
