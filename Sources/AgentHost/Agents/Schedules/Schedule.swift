public import DurableActors

/// Something an agent will do.
public struct Schedule: Sendable, Codable, Hashable {
    /// What makes it run, and how often.
    public enum Kind: String, Sendable, Codable, Hashable {
        /// Once, at a time.
        case scheduled
        /// Once, after a delay.
        case delayed
        /// At the times of a cron expression.
        case cron
        /// Again and again, that long after each run has ended.
        case interval
    }

    /// Its id.
    public let id: String
    /// The method that is called.
    public let callback: String
    /// What the method is given; null for nothing.
    public let payload: JSONValue
    /// How often the method is tried; nil for the class's choice.
    public let retry: RetryOptions?
    /// What makes it run.
    public let type: Kind
    /// When it runs next, in whole seconds since 1970.
    public let time: Int64
    /// The delay it was made with.
    public let delayInSeconds: Double?
    /// The cron expression it was made with.
    public let cron: String?
    /// How long after each run the next begins.
    public let intervalSeconds: Double?
}

/// Which schedules are meant; what is left out matches all.
public struct ScheduleCriteria: Sendable {
    /// The one with this id.
    public var id: String?
    /// Those of this kind.
    public var type: Schedule.Kind?
    /// Those that run next in this range, in milliseconds since 1970; compared as whole seconds, the bounds belong to it.
    public var timeRange: (start: Int64?, end: Int64?)

    /// Makes criteria.
    public init(id: String? = nil, type: Schedule.Kind? = nil, start: Int64? = nil, end: Int64? = nil) {
        self.id = id
        self.type = type
        timeRange = (start, end)
    }
}
