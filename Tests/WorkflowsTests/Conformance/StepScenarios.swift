import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct StepScenarios {
    private func run(
        limits: WorkflowLimits = WorkflowLimits(),
        _ script: @escaping Script
    ) throws -> (status: InstanceStatus, effects: [String]) {
        let rig = try Rig(limits: limits, script)
        try rig.create()
        try rig.finish()
        return (try rig.report(), rig.effects.all)
    }

    @Test func `WF 35, 36: steps are told apart by kind, name and count`() throws {
        let (status, effects) = try run { _, step, effects in
            let values = [
                try await step.do("x") { $0.step.count * 10 }, try await step.do("x") { $0.step.count * 100 },
            ]
            try await step.sleep("x", 5)
            do {
                _ = try await step.waitForEvent("x", type: "x", timeout: "1 second", as: JSONValue.self)
            } catch {
                effects.note("\(error)")
            }
            return .array(values.map { .integer(Int64($0)) })
        }
        #expect(status.output == [10, 200])
        #expect(effects == ["WorkflowTimeoutError: Execution timed out after 1000ms"])
    }

    @Test func `WF 37, 38: attempts are counted from one, and there is one more than retries`() throws {
        let (status, effects) = try run { _, step, effects in
            try await step.do("at once") { effects.note("\($0.attempt)") }
            return try await step.do("later", StepConfig(retries: .init(limit: 2, delay: 10))) { context in
                effects.note("later \(context.attempt)")
                if context.attempt < 3 { throw WorkflowError(boom: "x") }
                return .integer(Int64(context.attempt))
            }
        }
        #expect(status.output == 3)
        #expect(effects == ["1", "later 1", "later 2", "later 3"])
    }

    @Test func `WF 39, 40: the context has the whole configuration, what was not given by default`() throws {
        let (status, _) = try run { _, step, _ in
            let plain = try await step.do("plain") {
                $0.config
                    == StepConfig(
                        retries: .init(limit: 5, delay: "10 seconds", backoff: .exponential),
                        timeout: "10 minutes"
                    )
            }
            let own = try await step.do("own", StepConfig(retries: .init(limit: 2, delay: 100))) {
                $0.config
                    == StepConfig(retries: .init(limit: 2, delay: 100, backoff: .exponential), timeout: "10 minutes")
            }
            return [.bool(plain), .bool(own)]
        }
        #expect(status.output == [true, true])
    }

    @Test func `WF 41: what a closure does to its configuration changes no retry`() throws {
        let (_, effects) = try run { _, step, effects in
            try await step.do("x", StepConfig(retries: .init(limit: 2, delay: 10))) { context in
                var config = context.config
                config.retries?.limit = 0
                effects.note("attempt")
                if context.attempt < 3 { throw WorkflowError(boom: "x") }
            }
            return nil
        }
        #expect(effects == ["attempt", "attempt", "attempt"])
    }

    @Test func `WF 42: the context has a delay that is fixed and none that a function gives`() throws {
        let (status, _) = try run { _, step, _ in
            let fixed = try await step.do("a", StepConfig(retries: .init(limit: 1, delay: 7))) {
                $0.config.retries?.delay
                    .map(\.milliseconds) == 7
            }
            let asked = try await step.do("b", StepConfig(retries: .init(limit: 1) { _ in 7 })) {
                $0.config.retries?.delay == nil
            }
            return [.bool(fixed), .bool(asked)]
        }
        #expect(status.output == [true, true])
    }

    @Test(arguments: [String(repeating: "x", count: 257), "a\u{0}b", "tab\t"])
    func `WF 43: a step's name has at most 256 characters and no control character`(name: String) throws {
        let (status, effects) = try run { _, step, effects in
            for good in [String(repeating: "x", count: 256), "with spaces", ""] { try await step.do(good) { _ in } }
            try await step.do(name) { _ in effects.note("ran") }
            return nil
        }
        let text = "Step name \"\(name)\" exceeds max length (256 chars) or invalid characters found"
        #expect(status.error == WorkflowError(name: "WorkflowFatalError", text))
        #expect(effects == [])
    }

    @Test func `WF 44: a configuration that is not valid fails the call, and one at the edge runs`() throws {
        let bad = [
            StepConfig(retries: .init(limit: 1, delay: "i like trains")), StepConfig(timeout: 0),
            StepConfig(retries: .init(limit: -1, delay: 1)), StepConfig(retries: .init(limit: 10_001, delay: 1)),
            StepConfig(retries: .init(limit: 1, delay: -5)), StepConfig(timeout: "-1 seconds"),
        ]
        let (status, effects) = try run { _, step, effects in
            for config in bad {
                do {
                    try await step.do("x", config) { _ in effects.note("ran") }
                } catch let error as WorkflowError {
                    let text = """
                        Step config for "x" is in a invalid format. See \
                        https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/
                        """
                    if error == WorkflowError(name: "WorkflowFatalError", text) { effects.note("refused") }
                }
            }
            try await step.do("x", StepConfig(retries: .init(limit: 0, delay: 0))) { effects.note("\($0.step.count)") }
            try await step.do("x", StepConfig(retries: .init(limit: 0) { _ in 0 })) { effects.note("\($0.step.count)") }
            throw WorkflowError(boom: "end")
        }
        #expect(status.status == .errored)
        #expect(effects == Array(repeating: "refused", count: 6) + ["1", "2"])
    }

    @Test func `WF 45, 46, 47: the limit counts the steps of a lifetime, without sleeps and replays`() throws {
        var limits = WorkflowLimits()
        #expect(limits.steps == 10_000)
        limits.steps = 3
        let rig = try Rig(limits: limits) { event, step, _ in
            for _ in 0..<2 { try await step.do("x") { _ in } }
            try await step.sleep("s", "1 hour")
            try await step.do("x") { _ in }
            if event.payload == "more" { try await step.do("x") { _ in } }
            return nil
        }
        try rig.create("three")
        try rig.create("four", "more")
        try rig.advance(60_000)
        try rig.evict()
        try rig.finish()
        #expect(try rig.status("three") == .complete)
        let text = "The limit of 3 steps has been reached. This limit can be changed in your worker configuration."
        #expect(try rig.report("four").error == WorkflowError(name: "WorkflowFatalError", text))
    }

    @Test func `WF 48, 49: of a new build only a step that was inserted or renamed runs`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("a") { _ in effects.note("a") }
            try await step.do("b") { _ in effects.note("b") }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        rig.deploy { _, step, effects in
            try await step.do("inserted") { _ in effects.note("inserted") }
            try await step.do("a") { _ in effects.note("a") }
            try await step.do("renamed") { _ in effects.note("renamed") }
            try await step.sleep("s", "1 hour")
            return "new"
        }
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["a", "b", "inserted", "renamed"])
        #expect(try rig.report().output == "new")
    }

    @Test func `WF 50: what is sensitive reaches the next step and nobody outside`() throws {
        let rig = try Rig { _, step, effects in
            let secret = try await step.do("s", StepConfig(sensitive: .output)) { _ in "secret" }
            effects.note(secret)
            let config = StepConfig(retries: .init(limit: 0, delay: 0), sensitive: .output)
            try await step.do("f", config) { _ in throw WorkflowError(boom: "shown") }
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == ["secret"])
        let log = try rig.log()
        #expect(log.first { $0.name == .stepCompleted }?.details["output"] == "[REDACTED]")
        #expect(log.first { $0.name == .stepErrored }?.details["error"]?["message"] == "shown")
        let workflow = rig.host.bindings
        #expect(
            try rig.host.run { try await workflow.introspect("a").waitForStepResult(StepTarget("s")) } == "[REDACTED]"
        )
    }
}
