import Testing

@testable import AgentHost

@Suite struct AlarmPlanTests {
    private func row(_ type: Schedule.Kind, _ time: Int64, running: Int64 = 0, started: Int64? = nil) -> ScheduleRow {
        ScheduleRow(
            id: "r",
            callback: "cb",
            type: type,
            time: time,
            running: running,
            execution_started_at: started
        )
    }

    private func next(_ rows: [ScheduleRow], keepAliveMs: Int64? = nil) -> Int64? {
        AlarmPlan(now: 1_000_500, hungSeconds: 30, keepAliveMs: keepAliveMs).next(rows)
    }

    @Test func `the alarm rings for the earliest row, and not at all for none`() {
        #expect(next([]) == nil)
        #expect(next([row(.delayed, 2000), row(.cron, 1500), row(.interval, 1600)]) == 1_500_000)
    }

    @Test func `what is overdue rings at once`() {
        #expect(next([row(.scheduled, 1)]) == 1_000_501)
    }

    @Test func `an interval that runs rings when its run would be taken for lost, or at its time after that`() {
        #expect(next([row(.interval, 1, running: 1, started: 990)]) == 1_020_000)
        #expect(next([row(.interval, 1, running: 1, started: 970)]) == 1_000_501)
        #expect(next([row(.interval, 1, running: 1)]) == 1_000_501)
    }

    @Test func `what keeps an agent alive rings soon, but no later than a row`() {
        #expect(next([], keepAliveMs: 30_000) == 1_030_500)
        #expect(next([row(.delayed, 1010)], keepAliveMs: 30_000) == 1_010_000)
    }
}
