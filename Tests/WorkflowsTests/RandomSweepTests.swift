import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Random crashes in the middle of things, random pauses and events: the end is always that of an undisturbed run.
@Suite struct RandomSweepTests {
    /// Branches with retries, sleeps, events and a step inside a step.
    private struct Branches: Sendable {
        let step: WorkflowStep
        let effects: Effects

        func work(_ name: String, failing failures: Int = 0) async throws -> JSONValue {
            let config = StepConfig(retries: .init(limit: 5, delay: "2 seconds"), timeout: "1 minute")
            return try await step.do(name, config) { context in
                effects.note("\(name) begins")
                await Task.yield()
                if effects.count("\(name) fails") < failures {
                    effects.note("\(name) fails")
                    throw WorkflowError(boom: name)
                }
                effects.note("\(name) ends")
                return .string(name)
            }
        }

        func event(_ name: String) async throws -> JSONValue {
            try await step.waitForEvent(name, type: "t", timeout: "30 days", as: JSONValue.self).payload
        }

        func outer() async throws -> JSONValue {
            try await step.do("outer", StepConfig(timeout: "1 hour")) { _ in
                let inner = try await work("inner")
                try await step.sleep("inside", "3 seconds")
                return inner
            }
        }

        func sleeper() async throws -> JSONValue {
            try await step.sleep("s", "20 seconds")
            return try await work("sleeper", failing: 1)
        }

        func parallel() async throws -> [JSONValue] {
            try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
                group.addTask { (0, try await sleeper()) }
                group.addTask { (1, [try await event("e"), try await event("e"), try await event("e")]) }
                group.addTask { (2, try await outer()) }
                var values: [JSONValue] = [nil, nil, nil]
                for try await (index, value) in group { values[index] = value }
                return values
            }
        }
    }

    private static let script: Script = { _, step, effects in
        let branches = Branches(step: step, effects: effects)
        var results = [try await branches.work("first", failing: 2)]
        results += try await branches.parallel()
        try await step.sleep("rest", "1 minute")
        results.append(try await branches.event("last"))
        results.append(try await branches.work("end"))
        return .array(results)
    }

    private static let expected: JSONValue = ["first", "sleeper", [1, 2, 3], "inner", 4, "end"]

    /// What one history did to the instance.
    private struct Disturbances {
        var crashes = 0
        var events: Int64 = 0
    }

    private func run(seed: UInt64) throws -> (Rig, Disturbances) {
        let rig = try Rig(seed: seed, Self.script)
        let random = SeededRandom(seed: seed ^ 0xD15)
        var done = Disturbances()
        try rig.create()
        while try rig.status() != .complete {
            switch random.below(10) {
            case 0..<3 where done.crashes < 12:
                try goOn(rig, forSteps: 1 + random.below(60))
                try rig.host.restart()
                done.crashes += 1
            case 3..<5 where done.events < 4:
                done.events += 1
                try rig.send("t", .integer(done.events))
            case 5: try rig.advance(30_000)
            default: try rig.advance(Int64(random.below(5000)))
            }
            guard rig.elapsed < 86_400_000 else {
                Issue.record("seed \(seed) does not end: \(try rig.status()), \(rig.effects.all)")
                break
            }
        }
        return (rig, done)
    }

    /// Runs a number of steps of the world, wherever that leaves it.
    private func goOn(_ rig: Rig, forSteps steps: Int) throws {
        do {
            try rig.host.world.run("go on", maximumSteps: steps) { await rig.host.world.sleep(milliseconds: 60_000) }
        } catch let error as SimulationError where error.code == .livelock {
            // The steps have been taken, which is what was asked for.
        }
    }

    @Test func `crashes at any moment change neither the result, nor the events' order, nor what had ended`() throws {
        var crashes = 0
        for seed in 1...UInt64(150) {
            let (rig, done) = try run(seed: seed)
            crashes += done.crashes
            #expect(try rig.report().output == Self.expected, "seed \(seed)")
            for name in ["first", "sleeper", "inner", "end"] {
                let begins = rig.effects.count("\(name) begins")
                let failures = rig.effects.count("\(name) fails")
                #expect(begins >= 1 && begins <= 1 + failures + done.crashes, "seed \(seed), \(name): \(begins)")
            }
        }
        #expect(crashes > 300, "the histories were too quiet: \(crashes)")
    }
}
