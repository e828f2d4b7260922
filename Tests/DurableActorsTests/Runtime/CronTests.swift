import Testing

@testable import DurableActors

@Suite struct CronTests {
    /// Milliseconds since 1970 of a time in UTC.
    private static func time(_ text: String) throws -> Int64 {
        let numbers = text.split { "-T:Z".contains($0) }.compactMap { Int64($0) }
        try #require(numbers.count >= 5)
        let (year, month, day) = (numbers[0] - (numbers[1] <= 2 ? 1 : 0), (numbers[1] + 9) % 12, numbers[2])
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
        return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60_000 + (numbers.count > 5 ? numbers[5] : 0) * 1000
    }

    @Test(arguments: [
        ("* * * * *", "2026-01-31T23:59:30", "2026-02-01T00:00"),
        ("*/5 * * * *", "2026-11-21T12:00", "2026-11-21T12:05"),
        ("30 8 * * MON-FRI", "2026-11-21T10:00", "2026-11-23T08:30"),
        ("0 0 29 2 *", "2026-03-01T00:00", "2028-02-29T00:00"),
        ("0 0 31 * *", "2026-02-01T00:00", "2026-03-31T00:00"), ("0 0 * * 1", "2026-11-21T10:00", "2026-11-22T00:00"),
        ("0 0 * * SUN", "2026-11-21T10:00", "2026-11-22T00:00"), ("0 12 L * *", "2026-02-01T00:00", "2026-02-28T12:00"),
        ("0 0 * * MON#2", "2026-11-01T00:00", "2026-11-09T00:00"),
        ("0 0 * * 6L", "2026-11-01T00:00", "2026-11-27T00:00"),
        ("0 0 15W * *", "2026-11-01T00:00", "2026-11-16T00:00"), ("0 0 1W * *", "2026-08-02T00:00", "2026-08-03T00:00"),
        ("0 0 LW * *", "2026-05-01T00:00", "2026-05-29T00:00"),
        ("0 0 13 * FRI", "2026-11-01T00:00", "2026-11-06T00:00"),
        ("5/20 3 * jan,jul *", "2026-11-21T00:00", "2027-01-01T03:05"),
        ("0 0 1-7/3 * *", "2026-11-01T01:00", "2026-11-04T00:00"),
        ("59 23 31 12 *", "2026-12-31T23:59", "2027-12-31T23:59"),
    ])
    func `a trigger's next time is the first that it names`(cron: String, from: String, next: String) throws {
        #expect(try CronExpression(cron).next(after: Self.time(from)) == Self.time(next))
    }

    @Test(arguments: [
        ("0 0 13 * 5", "2026-11-01T00:00", "2026-11-06T00:00"),
        ("30 8 * * 1-5", "2026-11-21T10:00", "2026-11-23T08:30"),
        ("*/10 * * * * *", "2026-11-21T10:00:05", "2026-11-21T10:00:10"),
        ("@daily", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("@WEEKLY", "2026-11-21T00:00", "2026-11-22T00:00"), ("5/10 * * * *", "2026-11-21T10:05", "2026-11-21T11:05"),
        ("0 0 * * 7-1", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("  0   0 * * 0 ", "2026-11-21T00:00", "2026-11-22T00:00"),
    ])
    func `an agent's schedule has seconds, nicknames and Sunday twice`(cron: String, from: String, next: String) throws
    {
        #expect(try CronExpression(cron, dialect: .agents).next(after: Self.time(from)) == Self.time(next))
    }

    @Test(arguments: [
        ("* * *", "Invalid cron expression: expected 5 or 6 elements."),
        ("61 * * * *", "Failed to parse 61: 61 is outside of constraint range of 0 - 59."),
        ("a * * * *", "Failed to parse a: a is NaN."),
        ("5-3 * * * *", "Failed to parse 5-3: Invalid range (start: 5, end: 3)."),
        ("*/0 * * * *", "Failed to parse step: Expected 0 to be greater than 0."),
        ("0 0 * * 1#2", "Failed to parse 1#2: 1#2 is NaN."), ("0 0 L * *", "Failed to parse L: L is NaN."),
    ])
    func `what is no schedule is refused, with the reason`(cron: String, reason: String) {
        #expect(throws: CronError(reason)) { try CronExpression(cron, dialect: .agents) }
    }

    @Test func `a time that never comes is none`() throws {
        #expect(try CronExpression("0 0 30 2 *").next(after: Self.time("2026-01-01T00:00")) == nil)
    }

    @Test func `the last time before another is found`() throws {
        let cron = try CronExpression("0 * * * *")
        let (from, now) = (try Self.time("2026-11-21T08:00"), try Self.time("2026-11-21T12:30"))
        #expect(cron.last(notAfter: now, laterThan: from) == (try Self.time("2026-11-21T12:00")))
        #expect(cron.last(notAfter: from, laterThan: from) == nil)
    }
}
