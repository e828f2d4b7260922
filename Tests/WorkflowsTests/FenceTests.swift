import Distributed
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Sees what reaches it from code of workflows.
distributed actor Witness: DurableObject {
    let ctx: DurableObjectState
    let env: Effects

    init(ctx: DurableObjectState, env: Effects) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func saw(_ text: String) { env.note(text) }
}

/// A workflow that tells a witness of everything, also of being stopped.
struct Telling: WorkflowEntrypoint {
    let env: DurableObjectNamespace<Witness>

    init(ctx: WorkflowContext, env: DurableObjectNamespace<Witness>) { self.env = env }

    func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> NoValue {
        let witness = env.getByName("w")
        do {
            try await step.do("works") { _ in
                try await witness.saw("works")
                do {
                    try await step.sleep("inside", "1 hour")
                } catch {
                    try await env.getByName("w").saw("the closure unwinds")
                    try await step.do("more") { _ in try await env.getByName("w").saw("more") }
                }
            }
        } catch {
            try await env.getByName("w").saw("run unwinds")
            throw error
        }
        return NoValue()
    }
}

@Suite struct FenceTests {
    private struct Bindings: Sendable {
        let telling: Workflow<Telling>
        let witness: DurableObjectNamespace<Witness>
    }

    private func host(_ seed: UInt64, _ effects: Effects, log: EventLog = .silent) throws -> SimulatedHost<Bindings> {
        try SimulatedHost(seed: seed, log: log) { runtime in
            let witness = try runtime.register(
                Witness.self,
                binding: "WITNESS",
                uniqueKey: "witness",
                environment: effects
            )
            let telling = try runtime.registerWorkflow(
                Telling.self,
                binding: "TELLING",
                name: "telling",
                env: witness
            )
            try runtime.start(environment: NoValue())
            return Bindings(telling: telling, witness: witness)
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `code of a terminated instance reaches nothing and nobody, whatever it tries`(seed: UInt64) throws {
        let effects = Effects()
        let host = try host(seed, effects)
        let bindings = host.bindings
        try host.run("create", advancesTime: false) { _ = try await bindings.telling.create(id: "a") }
        try host.settle()
        #expect(effects.all == ["works"])
        let (after, again) = try host.run("terminate", advancesTime: false) {
            let instance = try await bindings.telling.get("a")
            try await instance.terminate()
            async let first = instance.status().status
            async let second = instance.status().status
            return try await (first, second)
        }
        #expect(after == .terminated && again == .terminated)
        try host.advance(by: .seconds(7200))
        #expect(effects.all == ["works"])
        #expect(
            try host.run(advancesTime: false) { try await bindings.telling.get("a").status().status } == .terminated
        )
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `code of an instance that leaves memory while it waits reaches nobody either`(seed: UInt64) throws {
        let effects = Effects()
        let host = try SimulatedHost(seed: seed) { runtime in
            let witness = try runtime.register(
                Witness.self,
                binding: "WITNESS",
                uniqueKey: "witness",
                environment: effects
            )
            let asleep = try runtime.registerWorkflow(Asleep.self, binding: "ASLEEP", name: "asleep", env: witness)
            try runtime.start(environment: NoValue())
            return asleep
        }
        let asleep = host.bindings
        try host.run("create", advancesTime: false) { _ = try await asleep.create(id: "a") }
        try host.advance(by: .seconds(600))
        #expect(host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        #expect(effects.all == [])
        try host.advance(by: .seconds(3600))
        #expect(effects.all == ["awake"])
        #expect(try host.run(advancesTime: false) { try await asleep.get("a").status().status } == .complete)
    }

    private struct Asleep: WorkflowEntrypoint {
        let env: DurableObjectNamespace<Witness>
        init(ctx: WorkflowContext, env: DurableObjectNamespace<Witness>) { self.env = env }

        func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> NoValue {
            do {
                try await step.sleep("s", "1 hour")
            } catch {
                try await env.getByName("w").saw("run unwinds")
            }
            try await step.do("tell") { _ in try await env.getByName("w").saw("awake") }
            return NoValue()
        }
    }

    @Test func `a binding found by name takes its parameters as JSON, and refuses those of another type`() throws {
        let host = try SimulatedHost { runtime in
            let sum = try runtime.registerWorkflow(Sum.self, binding: "SUM", name: "sum", env: 100)
            try runtime.start(environment: NoValue())
            return sum as any AnyWorkflow
        }
        let workflow = host.bindings
        let status = try host.run {
            #expect(workflow.name == "sum")
            await #expect(throws: (any Error).self) { try await workflow.create(id: "bad", json: ["numbers": "x"]) }
            _ = try await workflow.create(id: "a", json: ["numbers": [1, 2, 3]])
            while try await workflow.get("a").status().status != .complete { await Task.yield() }
            return try await workflow.get("a").status()
        }
        #expect(status.output == ["total": 106])
        #expect(try status.output(as: Sum.Output.self)?.total == 106)
        #expect(throws: WorkflowError.instanceNotFound) {
            try host.run { _ = try await workflow.get("bad") }
        }
    }

    private struct Sum: WorkflowEntrypoint {
        struct Params: Codable, Sendable { let numbers: [Int] }
        struct Output: Codable, Sendable { let total: Int }
        let env: Int

        init(ctx: WorkflowContext, env: Int) { self.env = env }

        func run(_ event: WorkflowEvent<Params>, _ step: WorkflowStep) async throws -> Output {
            Output(total: try await step.do("add") { _ in event.payload.numbers.reduce(env, +) })
        }
    }
}
