import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@testable import AgentHost

/// Parameters of agents' workflows that are none, and code that changes under instances that exist.
@Suite struct AgentWorkflowDeploymentTests {
    private struct Number: Codable, Sendable { let x: Int }
    private struct Word: Codable, Sendable { let x: String }

    private struct Counting: AgentWorkflow {
        let ctx: AgentWorkflowContext<Boss>
        init(ctx: AgentWorkflowContext<Boss>, env: NoValue) { self.ctx = ctx }
        func run(_ event: WorkflowEvent<Number>, _ step: AgentWorkflowStep) async throws -> Int {
            try await step.sleep("s", "1 hour")
            return event.payload.x
        }
    }

    private struct Spelling: AgentWorkflow {
        let ctx: AgentWorkflowContext<Boss>
        init(ctx: AgentWorkflowContext<Boss>, env: NoValue) { self.ctx = ctx }
        func run(_ event: WorkflowEvent<Word>, _ step: AgentWorkflowStep) async throws -> String {
            try await step.sleep("s", "1 hour")
            return event.payload.x
        }
    }

    private struct Site {
        typealias Bosses = DurableObjectNamespace<Boss>

        let tape: Tape
        let log: Tape
        let host: SimulatedHost<Bosses>

        init(
            _ store: MemoryStore = MemoryStore(),
            seed: UInt64 = 1,
            register: @escaping @Sendable (DurableObjectRuntime, Bosses) throws -> Void
        ) throws {
            let (tape, log) = (Tape(), Tape())
            (self.tape, self.log) = (tape, log)
            host = try SimulatedHost(seed: seed, store: store, log: EventLog { log.note($0) }) { runtime in
                let bosses = try runtime.registerAgent(Boss.self, binding: "Boss", uniqueKey: "boss")
                try register(runtime, bosses)
                try runtime.start(environment: tape)
                return bosses
            }
        }

        func boss<Result: Sendable>(
            _ body: @escaping @Sendable (isolated Boss) async throws -> Result
        ) throws -> Result {
            let bosses = host.bindings
            let result = try host.run(advancesTime: false) {
                try await runInDurableObject(try await getAgentByName(bosses, "b")) { boss, _ in try await body(boss) }
            }
            try host.settle()
            return result
        }

        func status(_ id: String) throws -> InstanceStatus { try boss { try await $0.getWorkflowStatus("W", id) } }
    }

    private static let counting: @Sendable (DurableObjectRuntime, Site.Bosses) throws -> Void = {
        try $0.registerAgentWorkflow(Counting.self, binding: "W", name: "w", version: "1", agents: $1) { NoValue() }
    }

    private static let spelling: @Sendable (DurableObjectRuntime, Site.Bosses) throws -> Void = {
        try $0.registerAgentWorkflow(Spelling.self, binding: "W", name: "w", version: "2", agents: $1) { NoValue() }
    }

    @Test func `parameters that are not the workflow's are refused, and nothing is remembered`() throws {
        let site = try Site(register: Self.counting)
        #expect(throws: DecodingError.self) {
            try site.boss { _ = try await $0.runWorkflow("W", ["x": "seven"] as JSONValue, id: "a") }
        }
        let (row, outbox) = try site.boss { boss in
            (try boss.getWorkflow("a"), try WorkflowOutbox.table.all(in: boss.ctx.storage).count)
        }
        #expect(row == nil)
        #expect(outbox == 0)
    }

    @Test func `parameters that new code does not take hold the instance, and older code goes on with it`() throws {
        let store = MemoryStore()
        let old = try Site(store, register: Self.counting)
        try old.boss { _ = try await $0.runWorkflow("W", ["x": 7] as JSONValue, id: "a") }
        let copy = store.copy()
        let new = try Site(copy, register: Self.spelling)
        try new.host.advance(by: .seconds(7200))
        let held = try new.status("a")
        #expect(held.status == .paused)
        #expect(held.error?.message == "The stored parameters are not those that the code takes.")
        #expect(!new.tape.lines.contains { $0.contains(" of W ") })
        let again = try Site(copy.copy(), register: Self.counting)
        again.host.world.clock.jumpWallClock(byMilliseconds: 7_300_000)
        try again.boss { try await $0.resumeWorkflow("a") }
        try again.host.advance(by: .seconds(7200))
        #expect(try again.status("a").output == 7)
    }

    @Test func `parameters are stored as the JSON that they are, with their origin`() throws {
        let origin = AgentWorkflowOrigin(agentName: "b", agentBinding: "Boss", workflowName: "W")
        let stored = try ValueCodec.encode(try origin.wrap(["x": 7] as JSONValue))
        let params = try ValueCodec.decode(AgentWorkflowParams<Number>.self, from: stored)
        #expect(params.started?.params.x == 7)
        #expect(params.started?.origin.agentName == "b")
        #expect(try ValueCodec.encode(params) == stored)
    }

    @Test func `an instance keeps the version that it was started with`() throws {
        let store = MemoryStore()
        let old = try Site(store, register: Self.counting)
        try old.boss { _ = try await $0.runWorkflow("W", ["x": 7] as JSONValue, id: "a") }
        let new = try Site(store.copy(), seed: 2) { runtime, bosses in
            try Self.spelling(runtime, bosses)
            let older = { (binding: String) in
                try runtime.registerAgentWorkflow(
                    Counting.self,
                    binding: binding,
                    olderVersion: "1",
                    agents: bosses
                ) { NoValue() }
            }
            try older("W")
            #expect(throws: WorkflowError.self) { try older("W") }
            #expect(throws: DurableObjectError.self) { try older("X") }
        }
        try new.boss { _ = try await $0.runWorkflow("W", ["x": "seven"] as JSONValue, id: "b") }
        try new.host.advance(by: .seconds(7200))
        #expect(try new.status("a").output == 7)
        #expect(try new.status("b").output == "seven")
    }

    @Test func `a cut start that cannot be made up for does not keep others from it`() throws {
        let site = try Site(register: Self.counting)
        try site.boss { boss in
            for (id, params) in [("a", ["x": "seven"]), ("b", ["x": 7])] as [(String, JSONValue)] {
                try boss.insert(
                    WorkflowRow(id: id, workflowId: id, workflowName: "W", status: .queued, createdAt: 0, updatedAt: 0)
                )
                let origin = AgentWorkflowOrigin(agentName: "b", agentBinding: "Boss", workflowName: "W")
                try WorkflowOutbox.table.put(id, origin.wrap(params), in: boss.ctx.storage)
            }
        }
        try site.host.restart()
        #expect(try site.boss { try $0.getWorkflow("a") }?.status == .queued)
        try site.host.advance(by: .seconds(7200))
        #expect(try site.status("b").output == 7)
        #expect(site.log.lines.contains { $0.contains("The workflow a could not be created: ") })
    }
}
