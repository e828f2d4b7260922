internal import DurableActors
internal import Workflows

/// When a cron expression matches next.
enum CronTime {
    /// In seconds since 1970, for a time in milliseconds; throws when the expression is none or never matches.
    static func next(_ expression: String, after milliseconds: Int64) throws -> Int64 {
        0
    }
}
