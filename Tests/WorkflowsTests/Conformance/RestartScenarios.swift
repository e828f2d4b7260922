import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct RestartScenarios {
    @Test(arguments: ["complete", "errored", "terminated", "running", "paused"])
    func `WF 127: a restart begins anew from every status, with the same parameters and time`(from: String) throws {
        let rig = try Rig { event, step, effects in
            let first = effects.count("x") == 0
            let value = try await step.do("x") { _ in
                effects.note("x")
                return effects.count("x")
            }
            if first, event.payload == "errored" { throw WorkflowError(boom: "x") }
            if first, event.payload != "complete" {
                try await step.do("y") { _ in try await step.sleep("n", "1 hour") }
            }
            return [event.payload, .integer(event.timestamp), .integer(Int64(value))]
        }
        try rig.create("a", .string(from))
        try rig.advance(1000)
        if from == "terminated" { try rig.terminate() }
        if from == "paused" {
            try rig.pause()
            try rig.crash()
            #expect(try rig.status() == .paused)
        }
        try rig.restart()
        try rig.finish()
        let time = SimulatedWorld.defaultEpochMilliseconds
        #expect(try rig.report().output == [.string(from), .integer(time), 2])
    }

    @Test func `WF 128: a restart drops the events that nobody has taken`() throws {
        let rig = try Rig { _, step, _ in
            try await step.sleep("s", "1 minute")
            return try await step.waitForEvent("w", type: "t", as: JSONValue.self).payload
        }
        try rig.create()
        try rig.send("t", "old")
        try rig.restart()
        try rig.advance(120_000)
        #expect(try rig.status() == .waiting)
        try rig.send("t", "new")
        try rig.finish()
        #expect(try rig.report().output == "new")
    }

    @Test func `WF 129, 130, 131, 132: a restart from a step keeps what began before it`() throws {
        let rig = try Rig { _, step, effects in
            for name in ["a", "checkpoint", "c"] { try await step.do(name) { _ in effects.note(name) } }
            try await step.sleep("checkpoint", "1 second")
            for _ in 0..<3 { try await step.do("x") { effects.note("x\($0.step.count)") } }
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(throws: WorkflowError("(instance.cannot_restart) Step \"none\" not found in execution history")) {
            try rig.control { try await $0.restart(from: "none") }
        }
        #expect(try rig.status() == .complete)
        try rig.control { try await $0.restart(from: "checkpoint") }
        try rig.finish()
        #expect(["a", "checkpoint", "c", "x1", "x3"].map { rig.effects.count($0) } == [1, 2, 2, 2, 2])
        try rig.control { try await $0.restart(from: "x", count: 2) }
        try rig.finish()
        #expect(["a", "c", "x1", "x2", "x3"].map { rig.effects.count($0) } == [1, 2, 2, 3, 3])
        try rig.control { try await $0.restart(from: "checkpoint", type: .sleep) }
        try rig.finish()
        #expect(["a", "checkpoint", "c", "x1"].map { rig.effects.count($0) } == [1, 2, 2, 3])
    }

    @Test func `WF 133: a restart leaves no piece of a stream`() throws {
        let rig = try Rig { event, step, effects in
            let size = effects.all.isEmpty ? 600_000 : 10
            effects.note("run")
            let stream = try await step.stream("s") { _ in Streams.of([[UInt8](repeating: 1, count: size)]) }
            return .integer(Int64(try await Streams.count(stream)))
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == 600_000)
        try rig.restart()
        try rig.finish()
        #expect(try rig.report().output == 10)
        #expect(try Streams.rows(rig) == 1)
    }

    @Test func `WF 134: a restart and a crash make one fresh run`() throws {
        let store = MemoryStore(keepsHistory: true)
        let script: Script = { _, step, effects in
            try await step.do("x") { _ in effects.note("x") }
            return "done"
        }
        let first = try Rig(store: store, script)
        try first.create()
        try first.finish()
        let before = store.commitCount
        try first.restart()
        let accepted = store.commitCount
        for commit in before...accepted {
            let rig = try Rig(store: store.copy(afterCommit: commit), script)
            try rig.finish()
            #expect(try rig.report().output == "done")
            #expect(rig.effects.count("x") <= 1)
            if commit == before { #expect(rig.effects.count("x") == 0) }
            #expect(try rig.log().filter { $0.name == .workflowStarted }.count == 1)
        }
    }

    @Test func `WF 170: a closure of a lifetime that is over leaves nothing in the next`() throws {
        let rig = try Rig { _, step, effects in
            let number = effects.count("begins")
            effects.note("begins")
            let value = try await step.do("x") { _ in
                if number == 0 { await effects.sleep(seconds: 100) }
                effects.note("returns \(number)")
                return number
            }
            try await step.do("y") { _ in effects.note("y after \(value)") }
            return .integer(Int64(value))
        }
        try rig.create()
        try rig.advance(1000)
        try rig.restart()
        try rig.finish()
        #expect(try rig.report().output == 1)
        #expect(rig.effects.count("returns 0") == 1 && rig.effects.count("y after 1") == 1)
        #expect(try rig.log().filter { $0.name == .stepCompleted }.count == 2)
    }
}
