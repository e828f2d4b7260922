import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

/// What goes beyond the original: queries, children, versions, and histories that are checked.
@Suite struct BeyondTests {
    @Test func `a query reads what was published last, without entering the workflow`() throws {
        let rig = try Rig { _, step, effects in
            effects.note("run")
            try await step.publish("progress", 1)
            try await step.do("x") { _ in }
            try await step.publish("progress", 2)
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(60_000)
        #expect(try rig.control { try await $0.query("progress", as: Int.self) } == 2)
        #expect(try rig.control { try await $0.query("other", as: Int.self) } == nil)
        #expect(rig.effects.all == ["run"])
        try rig.finish()
        #expect(try rig.control { try await $0.query("progress", as: Int.self) } == 2)
    }

    private struct Child: WorkflowEntrypoint {
        let env: Effects
        init(ctx: WorkflowContext, env: Effects) { self.env = env }

        func run(_ event: WorkflowEvent<Int>, _ step: WorkflowStep) async throws -> Int {
            env.note("child begins")
            try await step.sleep("s", "1 hour")
            if event.payload < 0 { throw WorkflowError(name: "Error", "negative") }
            return try await step.do("double") { _ in event.payload * 2 }
        }
    }

    private struct Parent: WorkflowEntrypoint {
        let env: Workflow<Child>
        init(ctx: WorkflowContext, env: Workflow<Child>) { self.env = env }

        func run(_ event: WorkflowEvent<[Int]>, _ step: WorkflowStep) async throws -> [String] {
            var results: [String] = []
            for number in event.payload {
                do {
                    results.append("\(try await step.runChild("child", env, number))")
                } catch let error as WorkflowError {
                    results.append("\(error)")
                }
            }
            return results
        }
    }

    private func family(_ seed: UInt64, _ effects: Effects) throws -> SimulatedHost<Workflow<Parent>> {
        try SimulatedHost(seed: seed) { runtime in
            let child = try runtime.registerWorkflow(Child.self, binding: "CHILD", name: "child", env: effects)
            let parent = try runtime.registerWorkflow(Parent.self, binding: "PARENT", name: "parent", env: child)
            try runtime.start(environment: NoValue())
            return parent
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `a parent gets its children's results and errors, over crashes, with nothing in memory meanwhile`(
        seed: UInt64
    ) throws {
        let effects = Effects()
        let host = try family(seed, effects)
        let parent = host.bindings
        try host.run("create", advancesTime: false) { _ = try await parent.create(id: "p", params: [21, -1]) }
        try host.advance(by: .seconds(1800))
        #expect(host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        try host.restart()
        try host.advance(by: .seconds(3600))
        try host.restart()
        try host.advance(by: .seconds(3600))
        let again = host.bindings
        let status = try host.run(advancesTime: false) { try await again.get("p").status() }
        #expect(status.output == ["42", "Error: negative"])
        #expect(effects.count("child begins") <= 4)
    }

    private struct First: WorkflowEntrypoint {
        let env: Effects
        init(ctx: WorkflowContext, env: Effects) { self.env = env }
        func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> String {
            try await step.do("old") { _ in env.note("old") }
            try await step.sleep("s", "1 hour")
            return "first"
        }
    }

    private struct Second: WorkflowEntrypoint {
        let env: Effects
        init(ctx: WorkflowContext, env: Effects) { self.env = env }
        func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> String {
            try await step.do("new") { _ in env.note("new") }
            return "second"
        }
    }

    @Test func `an instance keeps the version of its creation, and the newest takes over where that is gone`() throws {
        let effects = Effects()
        let build = Mutex(1)
        let host = try SimulatedHost { runtime in
            let number = build.withLock { $0 }
            let workflow: any AnyWorkflow
            if number == 1 {
                workflow = try runtime.registerWorkflow(
                    First.self,
                    binding: "W",
                    name: "w",
                    version: "1",
                    env: effects
                )
            } else {
                let newest = try runtime.registerWorkflow(
                    Second.self,
                    binding: "W",
                    name: "w",
                    version: "2",
                    env: effects
                )
                if number == 2 { try newest.register(First.self, version: "1", env: effects) }
                workflow = newest
            }
            try runtime.start(environment: NoValue())
            return workflow
        }
        let outputs = { (ids: [String]) in
            let workflow = host.bindings
            return try host.run(advancesTime: false) {
                var found: [JSONValue?] = []
                for id in ids { found.append(try await workflow.get(id).status().output) }
                return found
            }
        }
        let create = { (id: String) in
            let workflow = host.bindings
            try host.run(advancesTime: false) { _ = try await workflow.create(id: id, json: [:]) }
        }
        try create("a")
        try create("b")
        try host.advance(by: .seconds(600))
        build.withLock { $0 = 2 }
        try host.restart()
        try create("c")
        try host.advance(by: .seconds(3600))
        #expect(try outputs(["a", "b", "c"]) == ["first", "first", "second"])
        build.withLock { $0 = 1 }
        try host.restart()
        try create("d")
        try host.advance(by: .seconds(600))
        build.withLock { $0 = 3 }
        try host.restart()
        try host.advance(by: .seconds(3600))
        #expect(try outputs(["d"]) == ["second"])
        #expect(effects.count("old") == 3 && effects.count("new") == 2)
    }

    private static let steps: @Sendable ([String]) -> Script = { names in
        { _, step, effects in
            for name in names { try await step.do(name) { _ in effects.note(name) } }
            try await step.sleep("s", "1 hour")
            return "done"
        }
    }

    @Test func `where history may not change, an instance whose code differs is held and names the first step`() throws
    {
        var limits = WorkflowLimits()
        limits.refusesChangedHistory = true
        let rig = try Rig(limits: limits, Self.steps(["a", "b", "c"]))
        try rig.create()
        try rig.advance(60_000)
        rig.deploy(Self.steps(["a", "x", "c"]))
        try rig.crash()
        try rig.finish()
        #expect(try rig.status() == .paused)
        let text = "The code no longer does what it did: step \"b-1\" was recorded and is not called."
        #expect(try rig.report().error == WorkflowError(name: "HistoryChangedError", text))
        rig.deploy(Self.steps(["a", "b", "c"]))
        try rig.resume()
        try rig.finish()
        #expect(try rig.report().output == "done")
        #expect(rig.effects.all == ["a", "b", "c"])
    }

    @Test func `a stored history is replayed against the code of now, and nothing of it runs`() throws {
        let rig = try Rig(Self.steps(["a", "b"]))
        try rig.create()
        try rig.advance(60_000)
        let history = try rig.control { try await $0.history() }
        let stored = try JSONValue(encoding: history)
        let workflow = rig.host.bindings
        let replay = {
            try rig.host.run { try await workflow.replay(try stored.decode(WorkflowHistory.self)) }
        }
        #expect(try replay() == nil)
        rig.deploy(Self.steps(["a", "b", "inserted"]))
        #expect(try replay()?.step == "s-1")
        rig.deploy(Self.steps(["a", "renamed"]))
        #expect(try replay()?.step == "b-1")
        #expect(rig.effects.all == ["a", "b"])
        try rig.finish()
        #expect(try rig.status() == .complete)
    }
}
