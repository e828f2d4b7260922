import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Deadlines, statuses and memory of instances that wait.
@Suite struct SleepTests {
    @Test(arguments: [0, -5] as [WorkflowDuration])
    func `a sleep of no length is over at once`(_ duration: WorkflowDuration) throws {
        let rig = try Rig { _, step, _ in
            try await step.sleep("s", duration)
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(try rig.status() == .complete)
        #expect(rig.elapsed == 0)
    }

    @Test func `a clock set back lengthens a sleep by no more than its own length`() throws {
        let rig = try Rig { _, step, _ in
            try await step.sleep("s", "10 seconds")
            return nil
        }
        try rig.create()
        try rig.advance(5)
        rig.host.world.clock.jumpWallClock(byMilliseconds: -3_600_000)
        try rig.advance(9995)
        #expect(try rig.status() == .complete)
    }

    @Test func `an instance is running while a closure runs, and waiting when all its branches do`() throws {
        let rig = try Rig { _, step, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await step.sleep("long", "1 hour") }
                group.addTask { try await step.do("busy") { _ in try await step.sleep("inside", "10 seconds") } }
                try await group.waitForAll()
            }
            _ = try await step.waitForEvent("w", type: "go", as: JSONValue.self)
            return nil
        }
        try rig.create()
        try rig.advance(5000)
        #expect(try rig.status() == .running)
        try rig.advance(6000)
        #expect(try rig.status() == .waiting)
        try rig.advance(3_600_000)
        #expect(try rig.status() == .waiting)
        try rig.send("go")
        try rig.settle()
        #expect(try rig.status() == .complete)
    }

    @Test func `sleeping instances leave memory, wake on time, and are found again by a host that starts`() throws {
        let rig = try Rig { event, step, effects in
            try await step.sleep("s", "1 hour")
            effects.note("awake")
            return nil
        }
        for number in 0..<200 { try rig.create("i\(number)") }
        try rig.advance(60_000)
        let inMemory = { rig.host.runtime.core.cells.all().filter { $0.current != nil }.count }
        #expect(inMemory() == 0)
        try rig.crash(downFor: 60_000)
        try rig.advance(3_479_999)
        #expect(rig.effects.all == [] && inMemory() == 0)
        try rig.advance(1)
        #expect(rig.effects.count("awake") == 200)
    }

    @Test func `an instance that was woken in memory leaves it again when it waits again`() throws {
        let rig = try Rig { _, step, _ in
            for seconds in [5, 5, 3600] as [Int64] {
                try await step.sleep("s", WorkflowDuration(milliseconds: seconds * 1000))
            }
            return nil
        }
        let inMemory = { rig.host.runtime.core.cells.all().filter { $0.current != nil }.count }
        try rig.create()
        try rig.advance(10_500)
        #expect(inMemory() == 1)
        try rig.advance(60_000)
        #expect(inMemory() == 0)
        try rig.advance(3_600_000)
        #expect(try rig.status() == .complete)
    }

    @Test func `a long wait for a retry leaves memory too, and goes on with the next attempt`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("x", StepConfig(retries: .init(limit: 1, delay: "1 hour"))) { context in
                effects.note("attempt \(context.attempt)")
                if context.attempt == 1 { throw WorkflowError(boom: "once") }
            }
            return nil
        }
        try rig.create()
        try rig.advance(600_000)
        #expect(rig.host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        try rig.advance(2_999_999)
        #expect(rig.effects.all == ["attempt 1"])
        try rig.advance(1)
        #expect(rig.effects.all == ["attempt 1", "attempt 2"])
        #expect(try rig.status() == .complete)
    }
}
