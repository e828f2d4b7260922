import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Steps side by side and inside one another.
@Suite struct ParallelTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `ten steps at once all overlap, and each keeps its own value`(seed: UInt64) throws {
        let rig = try Rig(seed: seed) { _, step, effects in
            let values = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<10 {
                    group.addTask {
                        let value = try await step.do("n\(number)") { _ in
                            effects.note("begin")
                            try await step.sleep("inside \(number)", "1 second")
                            return number * number
                        }
                        return (number, value)
                    }
                }
                var values = [Int](repeating: 0, count: 10)
                for try await (number, value) in group { values[number] = value }
                return values
            }
            return .array(values.map { .integer(Int64($0)) })
        }
        try rig.create()
        try rig.settle()
        #expect(rig.effects.count("begin") == 10)
        try rig.finish()
        #expect(try rig.report().output == [0, 1, 4, 9, 16, 25, 36, 49, 64, 81])
        #expect(rig.effects.count("begin") == 10)
    }

    @Test func `a cancelled task starts no new step`() throws {
        let rig = try Rig { _, step, effects in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Silence is right: the claim is what the branch does after its cancellation.
                    try? await step.sleep("loser", "1 hour")
                    try await step.do("after") { _ in effects.note("after") }
                }
                group.addTask { try await step.do("winner") { _ in effects.note("winner") } }
                try await group.next()
                group.cancelAll()
            }
            return "done"
        }
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == ["winner"])
        #expect(try rig.report().output == "done")
    }

    @Test func `a step inside a step has a count of its own in each attempt, and is found again after a crash`() throws
    {
        let rig = try Rig { _, step, effects in
            try await step.do("outer", StepConfig(retries: .init(limit: 1, delay: "1 second"))) { context in
                try await step.do("inner") { effects.note("inner \($0.step.count)") }
                effects.note("outer \(context.attempt)")
                if context.attempt == 1 { throw WorkflowError(boom: "again") }
                try await step.sleep("inside", "5 seconds")
            }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(2000)
        #expect(rig.effects.all == ["inner 1", "outer 1", "inner 2", "outer 2"])
        try rig.crash()
        #expect(rig.effects.all.suffix(1) == ["outer 3"])
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all.count == 5)
        #expect(try rig.status() == .complete)
    }

    @Test func `a step two deep goes on when the outermost attempt times out, and its own steps count`() throws {
        let rig = try Rig { _, step, effects in
            let once = StepConfig(retries: .init(limit: 0, delay: 0), timeout: "1 second")
            do {
                try await step.do("outer", once) { _ in
                    try await step.do("middle") { _ in
                        try await step.sleep("inside", "10 seconds")
                        try await step.do("inner") { _ in effects.note("inner") }
                    }
                }
            } catch let error as WorkflowError {
                effects.note(error.name)
            }
            try await step.sleep("s", "1 minute")
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(Array(rig.effects.all.prefix(2)) == ["WorkflowTimeoutError", "inner"])
        #expect(rig.effects.count("inner") == 1)
        #expect(try rig.status() == .complete)
    }
}
