import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct WaitingScenarios {
    private static let sleeper: Script = { _, step, effects in
        try await step.sleep("s", "10 seconds")
        effects.note("awake")
        return nil
    }

    @Test func `WF 70: a sleep ends when it is over and not before`() throws {
        let rig = try Rig(Self.sleeper)
        try rig.create()
        try rig.advance(9999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["awake"])
        #expect(try rig.log().first { $0.name == .sleepStarted }?.details["durationMs"] == 10_000)
    }

    @Test func `WF 71: a sleep that a crash cuts ends when it would have, or at once`() throws {
        let rig = try Rig(Self.sleeper)
        try rig.create("a")
        try rig.advance(4000)
        try rig.crash(downFor: 2000)
        try rig.advance(3999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["awake"])
        try rig.create("b")
        try rig.advance(1000)
        try rig.crash(downFor: 60_000)
        #expect(rig.effects.all == ["awake", "awake"])
    }

    @Test func `WF 72: the end of a sleep is told once, wherever a crash comes`() throws {
        let store = MemoryStore(keepsHistory: true)
        let first = try Rig(store: store, Self.sleeper)
        try first.create()
        let created = store.commitCount
        try first.advance(20_000)
        for commit in created...store.commitCount {
            let rig = try Rig(store: store.copy(afterCommit: commit), Self.sleeper)
            try rig.finish()
            #expect(try rig.log().filter { $0.name == .sleepCompleted }.count == 1)
        }
    }

    @Test func `WF 73, 74: sleepUntil keeps its time over a replay, and none that has passed is an error then`() throws
    {
        let due = SimulatedWorld.defaultEpochMilliseconds + 3_600_000
        let rig = try Rig { _, step, effects in
            try await step.sleepUntil("d", due)
            effects.note("awake")
            return nil
        }
        try rig.create("a")
        try rig.advance(1_800_000)
        try rig.crash()
        try rig.advance(1_799_999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["awake"])
        #expect(try rig.log().filter { $0.name == .sleepStarted }.count == 1)
        let late = try Rig { _, step, _ in
            try await step.sleepUntil("d", due)
            return "went on"
        }
        try late.create()
        try late.advance(1000)
        try late.crash(downFor: 7_200_000)
        #expect(try late.report().output == "went on")
    }

    @Test func `WF 75, 76: a sleep into the past or of over 365 days is refused`() throws {
        let rig = try Rig { event, step, _ in
            do { try await step.sleepUntil("p", event.timestamp - 1) } catch { return .string("\(error)") }
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(try rig.report().output == "Error: You can't sleep until a time in the past, time-traveler")
        let long = try Rig { _, step, effects in
            for bad in ["366 days", "10m", ""] as [WorkflowDuration] {
                do { try await step.sleep("s", bad) } catch { effects.note("refused") }
            }
            try await step.sleep("s", "365 days")
            return nil
        }
        try long.create()
        try long.advance(1000)
        #expect(long.effects.all == ["refused", "refused", "refused"])
        #expect(try long.status() == .waiting)
    }

    @Test func `WF 77: sleeps of one name have their own lengths`() throws {
        let rig = try Rig { _, step, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await step.sleep("x", "1 second") }
                try await group.waitForAll()
            }
            try await step.sleep("x", "2 seconds")
            return nil
        }
        try rig.create()
        try rig.finish()
        let log = try rig.log()
        #expect(log.filter { $0.name == .sleepStarted }.map { $0.details["stepName"] } == ["x-1", "x-2"])
        let ended = log.filter { $0.name == .sleepCompleted }.map { $0.timestamp - log[0].timestamp }
        #expect(ended == [1000, 3000])
    }

    @Test func `WF 78: instances that sleep are not in memory and wake on time after a restart`() throws {
        let rig = try Rig(Self.sleeperOfAnHour)
        for number in 0..<500 { try rig.create("i\(number)") }
        try rig.advance(60_000)
        #expect(rig.host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        try rig.crash()
        #expect(rig.host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        try rig.advance(3_539_999)
        #expect(rig.effects.all == [])
        try rig.advance(2000)
        #expect(rig.effects.all.count == 500)
    }

    private static let sleeperOfAnHour: Script = { _, step, effects in
        try await step.sleep("s", "1 hour")
        effects.note("awake")
        return nil
    }

    @Test func `WF 79, 126: what wakes goes before what has not begun`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try Rig(limits: limits) { event, step, effects in
            effects.note("\(event.instanceId) begins")
            if event.instanceId == "a" { try await step.sleep("s", "10 seconds") }
            try await step.do("x") { _ in
                effects.note("\(event.instanceId) works")
                try await step.sleep("inside", "20 seconds")
            }
            effects.note("\(event.instanceId) ends")
            return nil
        }
        try rig.create("a")
        try rig.advance(5000)
        try rig.create("b")
        try rig.settle()
        try rig.create("c")
        try rig.advance(6000)
        #expect(try rig.status("a") == .queued)
        #expect(try rig.status("b") == .running && rig.status("c") == .queued)
        try rig.finish()
        let order = rig.effects.all.filter { $0.hasSuffix("works") || $0.hasSuffix("ends") }
        #expect(order == ["b works", "b ends", "a works", "a ends", "c works", "c ends"])
        #expect(rig.effects.count("a begins") <= 2)
    }

    @Test(
        arguments: [
            ("1000", 1000), ("1 second", 1000), ("1 seconds", 1000), ("10 minutes", 600_000), ("30.5 seconds", 30_500),
            ("2   hours", 7_200_000), ("1 day", 86_400_000), ("1 week", 604_800_000), ("1 month", 2_592_000_000),
            ("1 year", 31_557_600_000), ("5 ms", 5), ("10m", nil), ("456apple", nil), ("i like trains", nil),
        ] as [(String, Int64?)]
    )
    func `WF 80: durations are numbers, or numbers and units`(text: String, milliseconds: Int64?) {
        #expect(WorkflowDuration(text).milliseconds == milliseconds)
        #expect((1000 as WorkflowDuration).milliseconds == 1000)
    }

    @Test func `WF 81: a test skips the sleep that it names and no other`() throws {
        let rig = try Rig { _, step, effects in
            for _ in 0..<3 { try await step.sleep("x", "1 minute") }
            effects.note("awake")
            return nil
        }
        rig.host.bindings.introspect("a").modifier.disableSleeps([StepTarget("x", index: 2)])
        try rig.create()
        try rig.advance(119_999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["awake"])
    }
}
