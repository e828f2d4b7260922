import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct ScheduleScenarios {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func keeper<Result: Sendable>(
        _ name: String = "k",
        _ body: @escaping @Sendable (Keeper) async throws -> Result
    ) throws -> Result {
        try site.run { try await body(try await getAgentByName(self.site.bindings.keepers, name)) }
    }

    private func refusal(_ body: @escaping @Sendable (Keeper) async throws -> Schedule) throws -> String {
        do {
            _ = try keeper { try await body($0) }
            return "none"
        } catch {
            return String(describing: error)
        }
    }

    private var now: Int64 { site.host.world.world.clock.nowMilliseconds / 1000 }

    @Test func `AG 100: a schedule shows what it was made with and nothing of its row`() throws {
        let schedule = try keeper { try await $0.after(60, "cb", ["a": 1]) }
        #expect(schedule.id.wholeMatch(of: /[A-Za-z0-9_-]{9}/) != nil)
        let expected = #"""
            {"id":"\#(schedule.id)","callback":"cb","payload":{"a":1},"type":"delayed","time":\#(now + 60),\#
            "delayInSeconds":60}
            """#
        #expect(try JSON.stringify(schedule) == expected)
        #expect(try keeper { try await $0.one(schedule.id) } == schedule)
    }

    @Test func `AG 101: a delayed schedule fires once at its time, also after a restart, and is gone`() throws {
        let due = try keeper { try await $0.after(60, "cb", ["a": 1]) }.time
        try site.host.restart()
        try site.host.advance(by: .seconds(59))
        #expect(site.tape.lines.filter { $0.hasPrefix("cb") } == [])
        try site.host.advance(by: .seconds(120))
        #expect(site.tape.lines.filter { $0.hasPrefix("cb") } == [#"cb {"a":1} at \#(due) of k"#])
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test func `AG 102: a past date fires at once, a cron expression at each of its times`() throws {
        _ = try keeper { try await $0.at(1000, "other") }
        try site.host.advance(by: .seconds(1))
        #expect(site.tape.lines.last?.hasPrefix("other null at") == true)
        let cron = try keeper { try await $0.cron("* * * * *", nil, nil) }
        #expect(cron.type == .cron && cron.cron == "* * * * *")
        #expect(cron.time == (now / 60 + 1) * 60)
        try site.host.advance(by: .seconds(120))
        let runs = site.tape.lines.filter { $0.hasPrefix("cb") }
        #expect(runs == [cron.time, cron.time + 60].map { "cb null at \($0) of k" })
        #expect(try keeper { try await $0.one(cron.id)?.time } == cron.time + 120)
    }

    @Test func `AG 103: a schedule is cancelled once, and an unknown one is not there`() throws {
        let id = try keeper { try await $0.after(60, "cb", nil) }.id
        #expect(try keeper { [try await $0.cancel(id), try await $0.cancel(id)] } == [true, false])
        #expect(try keeper { try await $0.one("unknown") } == nil)
        #expect(try keeper { try await $0.alarmTime() } == nil)
        #expect(site.tape.events("schedule:cancel") == [["callback": "cb", "id": .string(id)]])
    }

    @Test func `AG 104: an equal interval is made once`() throws {
        let ids = try keeper { keeper in
            [
                try await keeper.every(30, "cb", nil).id, try await keeper.every(30, "cb", nil).id,
                try await keeper.every(30, "cb", "other").id, try await keeper.every(31, "cb", nil).id,
                try await keeper.every(30, "other", nil).id,
            ]
        }
        #expect(ids[0] == ids[1])
        #expect(Set(ids).count == 4)
        #expect(try keeper { try await $0.count("cf_agents_schedules") } == 4)
        #expect(site.tape.events("schedule:create").count == 4)
    }

    @Test func `AG 105: an interval that makes no sense and a method that is not listed are refused`() throws {
        for seconds in [0.0, -1, .nan] {
            #expect(
                try refusal { try await $0.every(seconds, "cb", nil) } == "intervalSeconds must be a positive number"
            )
        }
        let tooLong = "intervalSeconds cannot exceed 2592000 seconds (30 days)"
        #expect(try refusal { try await $0.every(2_592_001, "cb", nil) } == tooLong)
        #expect(try refusal { try await $0.after(10, "nope", nil) } == "this.nope is not a function")
    }

    @Test func `AG 106: an equal cron schedule is made once unless it is asked for twice`() throws {
        let ids = try keeper { keeper in
            [
                try await keeper.cron("0 0 * * *", "p", nil).id, try await keeper.cron("0 0 * * *", "p", nil).id,
                try await keeper.cron("0 0 * * *", "p", false).id, try await keeper.cron("0 0 * * *", "q", nil).id,
            ]
        }
        #expect(ids[0] == ids[1])
        #expect(Set(ids).count == 3)
    }

    @Test func `AG 107: equal delays are two, and one where that is asked for, with the first time`() throws {
        let two = try keeper { [try await $0.after(10, "cb", "p").id, try await $0.after(10, "cb", "p").id] }
        #expect(two[0] != two[1])
        let one = try keeper("other") { [try await $0.once(10, "cb"), try await $0.once(20, "cb")] }
        #expect(one[0] == one[1])
        #expect(try keeper("other") { try await $0.count("cf_agents_schedules") } == 1)
    }

    @Test func `a schedule whose payload or method is gone counts as run, and onError is not told`() throws {
        let insert = "INSERT INTO cf_agents_schedules (id, callback, payload, type, time, delayInSeconds) VALUES"
        try keeper {
            try await $0.execute("\(insert) ('x', 'cb', '{bad', 'delayed', 1, 1), ('y', 'gone', '1', 'delayed', 1, 1)")
            _ = try await $0.after(1, "other", nil)
        }
        try site.host.advance(by: .seconds(2))
        #expect(site.tape.events("schedule:error").map { $0["id"] } == ["x"])
        #expect(site.tape.events("schedule:error").map { $0["attempts"] } == [0])
        #expect(site.log.lines.contains("error: callback gone not found"))
        #expect(site.tape.lines.map { $0.prefix { $0 != " " } } == ["start", "other"])
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test func `AG 108: an interval whose method throws goes on after its end`() throws {
        let made = try keeper { try await $0.every(30, "bad", nil) }
        try site.host.advance(by: .seconds(35))
        let row = try keeper { try await $0.rows("cf_agents_schedules") }[0]
        #expect(row["running"] == "0")
        #expect(site.tape.count("bad") == 3)
        let time = Int64(row["time"] ?? "") ?? 0
        #expect((made.time + 30...made.time + 31).contains(time))
    }

    @Test(arguments: [("-5", 0), ("-60", 1), ("NULL", 1)])
    func `AG 109: an interval that is running is run again when its run is taken for lost`(
        started: String,
        runs: Int
    ) throws {
        _ = try keeper { try await $0.every(30, "cb", nil) }
        let began = started == "NULL" ? "NULL" : "\(now + 30) \(started)"
        try keeper {
            try await $0.execute("UPDATE cf_agents_schedules SET running = 1, execution_started_at = \(began)")
        }
        try site.host.advance(by: .seconds(30))
        #expect(site.tape.lines.count { $0.hasPrefix("cb") } == runs)
    }

    @Test func `AG 110: a method is tried three times, and then given up without the alarm failing`() throws {
        let flaky = try keeper { try await $0.after(1, "flaky", nil) }
        try site.host.advance(by: .seconds(10))
        #expect(site.tape.lines.filter { $0.hasPrefix("try") } == ["try 1", "try 2", "try 3"])
        let retries = site.tape.events("schedule:retry")
        #expect(retries.map { $0["attempt"] } == [2, 3])
        #expect(retries[0] == ["callback": "flaky", "id": .string(flaky.id), "attempt": 2, "maxAttempts": 3])
        #expect(site.tape.events("schedule:execute").count == 1)
        let bad = try keeper { try await $0.after(1, "bad", nil) }
        try site.host.advance(by: .seconds(300))
        #expect(site.tape.count("bad") == 3)
        #expect(site.tape.lines.last == "error bad")
        let error: JSONValue = ["callback": "bad", "id": .string(bad.id), "error": "bad", "attempts": 3]
        #expect(site.tape.events("schedule:error") == [error])
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test func `a passing trouble of the runtime leaves the row to the alarm's own retries`() throws {
        _ = try keeper { try await $0.after(1, "trouble", nil) }
        try site.host.advance(by: .seconds(60))
        #expect(site.tape.lines.filter { $0.hasPrefix("trouble") } == (1...4).map { "trouble \($0)" })
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test func `AG 111: how often to try is kept with the schedule`() throws {
        let made = try keeper { try await $0.after(1, "bad", retry: RetryOptions(maxAttempts: 5)) }
        #expect(made.retry == RetryOptions(maxAttempts: 5))
        #expect(try keeper { try await $0.one(made.id)?.retry } == RetryOptions(maxAttempts: 5))
        try site.host.advance(by: .seconds(60))
        #expect(site.tape.count("bad") == 5)
    }

    @Test func `AG 112: what is due together runs one after the other`() throws {
        try keeper {
            _ = try await $0.after(1, "slow", 1)
            _ = try await $0.after(1, "slow", 2)
        }
        try site.host.advance(by: .seconds(20))
        #expect(
            site.tape.lines.filter { $0.hasPrefix("slow") } == [
                "slow 1 begins", "slow 1 ends", "slow 2 begins", "slow 2 ends",
            ]
        )
    }

    @Test func `AG 113: an alarm that wakes an agent starts it first, under its name`() throws {
        let made = try keeper { try await $0.after(60, "cb", nil) }
        try site.host.restart()
        site.tape.clear()
        try site.host.advance(by: .seconds(61))
        #expect(site.tape.lines == ["start k", "cb null at \(made.time) of k"])
    }

    @Test func `AG 114: a method that destroys its agent ends the alarm, and nothing more of it runs`() throws {
        try keeper {
            _ = try await $0.after(1, "leave", nil)
            _ = try await $0.after(1, "cb", nil)
            _ = try await $0.after(600, "cb", nil)
        }
        try site.host.advance(by: .seconds(1000))
        #expect(site.tape.lines == ["start k", "leave"])
        #expect(try keeper { try await $0.all() } == [])
        #expect(try keeper { try await $0.alarmTime() } == nil)
    }

    @Test func `AG 115: schedules are found by kind and by a range of times with its bounds`() throws {
        let made = try keeper { [try await $0.after(10, "cb", nil), try await $0.every(20, "cb", nil)] }
        #expect(try keeper { try await $0.intervals() } == [made[1]])
        let (first, second) = (made[0].time * 1000, made[1].time * 1000)
        #expect(try keeper { try await $0.between(first, second) } == made.map(\.id))
        #expect(try keeper { try await $0.between(first + 999, second - 1) } == [made[0].id])
        #expect(try keeper { try await $0.between(first + 1000, second - 1) } == [])
    }

    @Test func `AG 116: asking for an interval again repairs a lost alarm`() throws {
        _ = try keeper { try await $0.every(30, "cb", nil) }
        try keeper { try await $0.loseAlarm() }
        try site.host.advance(by: .seconds(100))
        #expect(site.tape.lines.count { $0.hasPrefix("cb") } == 0)
        _ = try keeper { try await $0.every(30, "cb", nil) }
        try site.host.advance(by: .seconds(1))
        #expect(site.tape.lines.count { $0.hasPrefix("cb") } == 1)
    }

    @Test(arguments: [
        ("* * * * *", 1_769_903_970, 1_769_904_000), ("0 0 13 * 5", 1_793_491_200, 1_793_923_200),
        ("30 8 * * 1-5", 1_795_255_200, 1_795_422_600), ("0 0 29 2 *", 1_772_323_200, 1_835_395_200),
        ("0 0 31 * *", 1_769_904_000, 1_774_915_200), ("*/10 * * * * *", 1_769_904_005, 1_769_904_010),
        ("@daily", 1_769_904_000, 1_769_990_400),
    ])
    func `AG 117: cron expressions match when they should`(text: String, from: Int64, next: Int64) throws {
        #expect(try CronExpression(text, dialect: .agents).next(after: from * 1000) == next * 1000)
    }

    @Test(arguments: [
        ("* * *", "Invalid cron expression: expected 5 or 6 elements."),
        ("61 * * * *", "Failed to parse 61: 61 is outside of constraint range of 0 - 59."),
        ("a * * * *", "Failed to parse a: a is NaN."),
        ("5-3 * * * *", "Failed to parse 5-3: Invalid range (start: 5, end: 3)."),
        ("*/0 * * * *", "Failed to parse step: Expected 0 to be greater than 0."),
        ("0 0 30 2 *", "No valid next date was found."),
    ])
    func `AG 117: a cron expression that is none is refused with its flaw`(text: String, flaw: String) throws {
        #expect(try refusal { try await $0.cron(text, nil, nil) } == flaw)
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test(arguments: [9, 10])
    func `AG 118: ten due at once of one method are told of`(count: Int) throws {
        try keeper { for _ in 0..<count { _ = try await $0.after(1, "cb", nil) } }
        try site.host.advance(by: .seconds(2))
        let warning: JSONValue = ["callback": "cb", "count": 10, "type": "one-shot"]
        #expect(site.tape.events("schedule:duplicate_warning") == (count == 10 ? [warning] : []))
        #expect(site.tape.lines.count { $0.hasPrefix("cb") } == count)
    }

    @Test(arguments: [("repeats", 2, 1), ("once", 1, 0), ("meant", 2, 0)])
    func `AG 119: a schedule made at each start without saying so is warned of once`(
        name: String,
        rows: Int,
        warnings: Int
    ) throws {
        #expect(try keeper(name) { try await $0.all().count } == rows)
        #expect(site.log.lines.count { $0.contains("onStart()") } == warnings)
    }
}
