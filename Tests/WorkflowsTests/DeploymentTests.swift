import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

/// Code that changes under instances that exist.
@Suite struct DeploymentTests {
    private struct Old: WorkflowEntrypoint {
        init(ctx: WorkflowContext, env: NoValue) {}
        func run(_ event: WorkflowEvent<[String: Int]>, _ step: WorkflowStep) async throws -> Int {
            try await step.sleep("s", "1 hour")
            return event.payload["x"] ?? 0
        }
    }

    private struct New: WorkflowEntrypoint {
        init(ctx: WorkflowContext, env: NoValue) {}
        func run(_ event: WorkflowEvent<[Int]>, _ step: WorkflowStep) async throws -> [String] {
            try await step.sleep("s", "1 hour")
            return ["new"]
        }
    }

    private func host<W: WorkflowEntrypoint>(
        _ type: W.Type,
        _ store: MemoryStore
    ) throws -> SimulatedHost<Workflow<W>> where W.Env == NoValue {
        try SimulatedHost(store: store) { runtime in
            let workflow = try runtime.registerWorkflow(type, binding: "W", name: "w", env: NoValue())
            try runtime.start(environment: NoValue())
            return workflow
        }
    }

    @Test func `parameters that new code does not take hold the instance, and older code goes on with it`() throws {
        let store = MemoryStore()
        let old = try host(Old.self, store)
        try old.run(advancesTime: false) { _ = try await old.bindings.create(id: "a", params: ["x": 7]) }
        try old.advance(by: .seconds(60))
        let copy = store.copy()
        let new = try host(New.self, copy)
        new.world.clock.jumpWallClock(byMilliseconds: 60_000)
        try new.advance(by: .seconds(7200))
        let held = try new.run { try await new.bindings.get("a").status() }
        #expect(held.status == .paused)
        #expect(held.error?.message == "The stored parameters are not those that the code takes.")
        let again = try host(Old.self, copy.copy())
        again.world.clock.jumpWallClock(byMilliseconds: 7_300_000)
        try again.run(advancesTime: false) { try await again.bindings.get("a").resume() }
        try again.advance(by: .seconds(7200))
        #expect(try again.run { try await again.bindings.get("a").status() }.output == 7)
    }

    @Test func `an output that new code does not return is shown as it is stored`() throws {
        let store = MemoryStore()
        let old = try host(Old.self, store)
        try old.run(advancesTime: false) { _ = try await old.bindings.create(id: "a", params: ["x": 7]) }
        try old.advance(by: .seconds(7200))
        let new = try host(New.self, store.copy())
        let status = try new.run { try await new.bindings.get("a").status() }
        #expect(status.status == .complete && status.output == 7)
    }

    @Test func `steps of one name that tasks call at the same time are warned of, once, and others are not`() throws {
        let notices = Mutex<[String]>([])
        let rig = try Rig(log: EventLog { text in notices.withLock { $0.append(text) } }) { event, step, _ in
            let config = StepConfig(timeout: "1 minute")
            let work: @Sendable (WorkflowStepContext) async throws -> Int = { _ in
                try await step.sleep("nested", "1 second")
                return 1
            }
            if event.payload == "group" {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 1...3 { group.addTask { try await step.do("x", config, work) } }
                    for try await _ in group {}
                }
            } else {
                for _ in 1...3 { try await step.do("x", config, work) }
                _ = try await step.all([.do("x", config, work), .do("x", config, work)])
                _ = try await step.race("r", [.do("y", config, work), .do("z", config) { _ in 2 }])
                _ = try await step.race("r", [.do("y", config, work), .do("z", config) { _ in 2 }])
            }
            return nil
        }
        try rig.create("a", "in order")
        try rig.advance(60_000)
        #expect(try rig.status("a") == .complete)
        #expect(notices.withLock { $0.filter { $0.hasPrefix("Steps named") } } == [])
        try rig.create("b", "group")
        try rig.advance(60_000)
        #expect(try rig.status("b") == .complete)
        #expect(notices.withLock { $0.count { $0.hasPrefix("Steps named \"x\" of b are called") } } == 1)
    }
}
