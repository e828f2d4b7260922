internal import DurableActors

/// When a cron expression matches next.
enum CronTime {
    /// In seconds since 1970, for a time in milliseconds; throws when the expression is none or never matches.
    static func next(_ expression: String, after milliseconds: Int64) throws -> Int64 {
        guard let next = try CronExpression(expression, dialect: .agents).next(after: milliseconds) else {
            throw DurableObjectError(.invalidArgument, "No valid next date was found.")
        }
        return next / 1000
    }
}
