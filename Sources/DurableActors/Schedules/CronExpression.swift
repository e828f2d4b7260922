/// A schedule in the cron notation, in UTC: which minutes, or seconds, it names and which comes next.
///
/// A pure value. Fields are lists of values, ranges, steps and names. Two dialects differ in what they add.
public struct CronExpression: Sendable, Hashable {
    /// Whose notation it is.
    public enum Dialect: Sendable, Hashable {
        /// Cron Triggers: five fields; weekdays 1 to 7 from Sunday on, and `L`, `W`, `LW` and `#`.
        case triggers
        /// Schedules of agents: five fields or six with seconds first, weekdays 0 to 7 with Sunday twice, and nicknames
        /// such as `@daily`.
        case agents
    }

    /// The text it was read from.
    public let text: String
    let seconds: CronField
    let minutes: CronField
    let hours: CronField
    let days: CronField
    let months: CronField
    let weekdays: CronField

    /// Reads an expression; throws `CronError` for what is none.
    public init(_ text: String, dialect: Dialect = .triggers) throws(CronError) {
        self.text = text
        var fields = text.split(separator: " ").map(String.init)
        if dialect == .agents, fields.count == 1, let full = Self.nicknames[fields[0].lowercased()] {
            fields = full.split(separator: " ").map(String.init)
        }
        guard fields.count == 5 || (fields.count == 6 && dialect == .agents) else {
            throw CronError("Invalid cron expression: expected 5 or 6 elements.")
        }
        if fields.count == 5 { fields.insert("0", at: 0) }
        seconds = try CronField(fields[0], .seconds, dialect)
        minutes = try CronField(fields[1], .minutes, dialect)
        hours = try CronField(fields[2], .hours, dialect)
        days = try CronField(fields[3], .days, dialect)
        months = try CronField(fields[4], .months, dialect)
        weekdays = try CronField(fields[5], .weekdays, dialect)
    }

    private static let nicknames = [
        "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
        "@daily": "0 0 0 * * *", "@hourly": "0 0 * * * *", "@minutely": "0 * * * * *",
    ]

    /// The first time after a time, both in milliseconds since 1970; nil when there is none within five years.
    public func next(after milliseconds: Int64) -> Int64? {
        let start = milliseconds.floorDivided(by: 1000) + 1
        let firstDay = start.floorDivided(by: 86_400)
        for day in firstDay...(firstDay + 5 * 366) where names(CivilDate(daysSince1970: day)) {
            let earliest = day == firstDay ? Int(start - day * 86_400) : 0
            if let second = firstSecond(from: earliest) { return (day * 86_400 + Int64(second)) * 1000 }
        }
        return nil
    }

    /// The last time that is not after a time and later than another, both in milliseconds since 1970; nil when there is none.
    public func last(notAfter milliseconds: Int64, laterThan start: Int64) -> Int64? {
        var found: Int64?
        var time = start
        while let next = next(after: time), next <= milliseconds { (found, time) = (next, next) }
        return found
    }

    private func names(_ date: CivilDate) -> Bool {
        guard months.values.contains(date.month) else { return false }
        if days.isFree { return weekdays.isFree || weekdays.names(weekdayOf: date) }
        return days.names(dayOf: date) || (!weekdays.isFree && weekdays.names(weekdayOf: date))
    }

    /// The first second of a day that is named, from one on.
    private func firstSecond(from earliest: Int) -> Int? {
        for hour in hours.values where hour >= earliest / 3600 {
            let inHour = hour == earliest / 3600 ? earliest % 3600 : 0
            for minute in minutes.values where minute >= inHour / 60 {
                let inMinute = minute == inHour / 60 ? inHour % 60 : 0
                if let second = seconds.values.first(where: { $0 >= inMinute }) {
                    return hour * 3600 + minute * 60 + second
                }
            }
        }
        return nil
    }
}

/// Why a text is no cron expression.
public struct CronError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// What is wrong, for people.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
