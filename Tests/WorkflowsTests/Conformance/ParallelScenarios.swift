import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct ParallelScenarios {
    private static func branch(
        _ step: WorkflowStep,
        _ effects: Effects,
        _ name: String,
        seconds: Int64,
        fails: Bool = false
    ) -> WorkflowBranch<String> {
        .do(name, StepConfig(retries: .init(limit: 0, delay: 0))) { context in
            effects.note("\(name) begins")
            try await step.sleep("in \(name)", .init(milliseconds: seconds * 1000))
            effects.note("\(name) ends")
            if fails { throw WorkflowError(boom: name) }
            return "\(name)-\(context.step.count)"
        }
    }

    @Test func `WF 101: steps of all run at the same time and answer in the order of the list`() throws {
        let rig = try Rig { _, step, effects in
            let branches = (0..<10).map { Self.branch(step, effects, "s\($0)", seconds: Int64(10 - $0)) }
            return .array(try await step.all(branches).map { .string($0) })
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == .array((0..<10).map { .string("s\($0)-1") }))
        #expect(rig.effects.all.prefix(10).allSatisfy { $0.hasSuffix("begins") })
        #expect(rig.effects.all.suffix(10) == (0..<10).reversed().map { "s\($0) ends" })
    }

    @Test func `WF 102: where one of all fails the others are stored, and none runs again`() throws {
        let rig = try Rig { _, step, effects in
            do {
                _ = try await step.all([
                    Self.branch(step, effects, "a", seconds: 3),
                    Self.branch(step, effects, "b", seconds: 1, fails: true),
                    Self.branch(step, effects, "c", seconds: 2, fails: true),
                ])
            } catch {
                effects.note("\(error)")
                try await step.sleep("rest", "1 hour")
            }
            return "done"
        }
        try rig.create()
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == "done")
        #expect(["a ends", "b ends", "c ends"].map { rig.effects.count($0) } == [1, 1, 1])
        #expect(rig.effects.count("Error: b") == 2)
    }

    @Test func `WF 103: after a crash only those of parallel steps run that had not ended`() throws {
        let rig = try Rig { _, step, effects in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await step.do("done") { _ in effects.note("done") } }
                group.addTask {
                    try await step.do("open") { _ in
                        effects.note("open")
                        try await step.sleep("n", "1 minute")
                    }
                }
                group.addTask {
                    try await step.sleep("before", "30 seconds")
                    try await step.do("unstarted") { _ in effects.note("unstarted") }
                }
                try await group.waitForAll()
            }
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.status() == .complete)
        #expect(["done", "open", "unstarted"].map { rig.effects.count($0) } == [1, 2, 1])
    }

    @Test func `WF 104: a group whose child throws leaves the steps of the others whole`() throws {
        let rig = try Rig { _, step, effects in
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await step.do("slow") { _ in
                            try await step.sleep("n", "10 seconds")
                            effects.note("slow ends")
                        }
                    }
                    group.addTask {
                        try await step.sleep("s", "1 second")
                        throw WorkflowError(boom: "child")
                    }
                    try await group.waitForAll()
                }
            } catch {
                effects.note("\(error)")
            }
            try await step.sleep("rest", "1 minute")
            try await step.do("slow") { effects.note("slow \($0.step.count)") }
            return nil
        }
        try rig.create()
        try rig.advance(30_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.status() == .complete)
        #expect(rig.effects.count("slow ends") == 1 && rig.effects.count("slow 2") == 1)
    }

    @Test func `WF 105: steps of one name in all keep their places, whichever ends first`() throws {
        let rig = try Rig { _, step, _ in
            let branches = (0..<3).map { index in
                WorkflowBranch<Int>.do("x") { _ in
                    try await step.sleep("n\(index)", .init(milliseconds: Int64(3 - index) * 1000))
                    return index
                }
            }
            let values = try await step.all(branches)
            try await step.sleep("rest", "1 hour")
            return .array(values.map { .integer(Int64($0)) })
        }
        try rig.create()
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == [0, 1, 2])
    }

    @Test func `WF 106: a bare race may have another winner in a replay, and nothing runs again`() throws {
        let rig = try Rig { _, step, effects in
            let first = try await withThrowingTaskGroup(of: String.self) { group in
                for (name, seconds) in [("a", 5 as Int64), ("b", 1)] {
                    group.addTask {
                        try await step.do(name) { _ in
                            effects.note("\(name) runs")
                            try await step.sleep("in \(name)", .init(milliseconds: seconds * 1000))
                            return name
                        }
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? ""
            }
            try await step.sleep("rest", "1 hour")
            return .string(first)
        }
        try rig.create()
        try rig.advance(60_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == "a" || rig.report().output == "b")
        #expect(rig.effects.count("a runs") == 1 && rig.effects.count("b runs") == 1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `WF 107: a recorded race has one winner in every lifetime, and losers are not begun again`(seed: UInt64) throws
    {
        let rig = try Rig(seed: seed) { _, step, effects in
            let won = try await step.race(
                "r",
                [
                    Self.branch(step, effects, "a", seconds: 5), Self.branch(step, effects, "b", seconds: 1),
                ]
            )
            effects.note("won \(won.index) \(won.value)")
            try await step.sleep("rest", "1 hour")
            return .string(won.value)
        }
        try rig.create()
        try rig.advance(3000)
        try rig.crash()
        try rig.advance(60_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == "b-1")
        #expect(rig.effects.all.filter { $0.hasPrefix("won") } == ["won 1 b-1", "won 1 b-1", "won 1 b-1"])
        #expect(rig.effects.count("a begins") == 1 && rig.effects.count("b begins") == 1)
    }

    @Test func `WF 108, 109: a step inside another is stored, and counted anew by a retry of the outer`() throws {
        let rig = try Rig { event, step, effects in
            let config = StepConfig(retries: .init(limit: 2, delay: 10))
            let value = try await step.do("outer", config) { context in
                let inner = try await step.do("inner") {
                    effects.note("\(event.instanceId) inner-\($0.step.count)")
                    return $0.step.count
                }
                if event.instanceId == "retries", context.attempt == 1 { throw WorkflowError(boom: "x") }
                if event.instanceId == "crashes", context.attempt == 1 { try await step.sleep("n", "1 minute") }
                return inner
            }
            try await step.sleep("rest", "1 hour")
            return .integer(Int64(value))
        }
        try rig.create("retries")
        try rig.advance(1000)
        try rig.create("crashes")
        try rig.advance(1000)
        try rig.crash()
        try rig.advance(60_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report("retries").output == 2 && rig.report("crashes").output == 1)
        #expect(rig.effects.all == ["retries inner-1", "retries inner-2", "crashes inner-1"])
    }

    @Test func `WF 110: what still runs when run returns changes nothing, and a warning names it`() throws {
        let lines = Effects()
        let rig = try Rig(log: EventLog { lines.note($0) }) { _, step, effects in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await step.do("late") { _ in try await step.sleep("n", "1 minute") } }
                try await step.sleep("s", "1 second")
                group.cancelAll()
            }
            return "done"
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == "done")
        #expect(lines.all.contains("Step late-1 of a was still running when run ended."))
        #expect(try rig.log().filter { $0.name.isTerminal }.count == 1)
    }
}
