import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct WorkflowScenarios {
    @Test func `AG 135: a workflow starts with its own parameters and is remembered as queued`() throws {
        let site = try ErrandSite { errand, params, _ in
            errand.env.tape.note("run \(params)")
            return .null
        }
        let (id, row) = try site.boss { boss in
            let id = try await boss.runWorkflow("W", ["x": 1] as JSONValue)
            return (id, try boss.getWorkflow(id))
        }
        #expect(id.wholeMatch(of: /wf_[A-Za-z0-9_-]{21}/) != nil)
        #expect(row?.status == .queued && row?.workflowName == "W" && row?.metadata == nil && row?.error == nil)
        #expect(site.tape.count(#"run {"x":1}"#) == 1)
        #expect(site.tape.events("workflow:start") == [["workflowId": .string(id), "workflowName": "W"]])
    }

    @Test func `AG 136: an unknown binding and a used id are refused`() throws {
        let site = try ErrandSite()
        let unknown = "Workflow binding 'NOPE' not found in environment"
        #expect(try site.refusal { _ = try await $0.runWorkflow("NOPE", [:] as JSONValue) } == unknown)
        try site.start("used")
        let used = try site.refusal { _ = try await $0.runWorkflow("W", [:] as JSONValue, id: "used") }
        #expect(used == "Workflow with ID \"used\" is already being tracked")
    }

    @Test func `a start that the engine refuses leaves nothing behind`() throws {
        let site = try ErrandSite()
        try site.start("used")
        #expect(try site.boss { try $0.deleteWorkflow("used") })
        for (id, text) in [
            ("used", WorkflowError.instanceAlreadyExists.message), ("-", WorkflowError.invalidId.message),
        ] {
            #expect(try site.refusal { _ = try await $0.runWorkflow("W", [:] as JSONValue, id: id) } == text)
            #expect(try site.row(id) == nil)
        }
        #expect(site.tape.events("workflow:start").count == 1)
    }

    @Test func `an instance is kept as long as its start says, and its row for ever`() throws {
        let site = try ErrandSite()
        try site.boss { boss in
            _ = try await boss.runWorkflow(
                "W",
                [:] as JSONValue,
                id: "short",
                retention: WorkflowRetention(success: "1 hour")
            )
        }
        #expect(try site.status("short").status == .complete)
        try site.host.advance(by: .seconds(7200))
        let gone = WorkflowError.instanceNotFound.message
        #expect(try site.refusal { _ = try await $0.getWorkflowStatus("W", "short") } == gone)
        #expect(try site.row("short")?.status == .complete)
    }

    @Test func `AG 137: progress and the end come to the hooks in order and move the row`() throws {
        let site = try ErrandSite(reporting)
        try site.start("a")
        #expect(
            site.reports == [
                #"progress {"percent":0.1} of W a, running"#, #"progress {"percent":0.9} of W a, running"#,
                #"complete {"r":1} of W a, complete"#,
            ]
        )
        #expect(try site.row("a")?.completedAt != nil)
    }

    @Test func `WF 160: progress reaches the agent's hook and makes the row say that it runs`() throws {
        let site = try ErrandSite { errand, _, _ in
            try await errand.reportProgress(["percent": 0.5])
            return .null
        }
        try site.start("a")
        #expect(site.reports == [#"progress {"percent":0.5} of W a, running"#])
        #expect(try site.row("a")?.status == .running)
    }

    @Test func `AG 138: without a report of its end the row stays until the instance is asked`() throws {
        let site = try ErrandSite { errand, _, _ in
            try await errand.reportProgress(["percent": 1])
            return ["r": 1]
        }
        try site.start("a")
        #expect(try site.row("a")?.status == .running)
        #expect(site.reports.count == 1)
        let status = try site.status("a")
        #expect(status.status == .complete && status.output == ["r": 1])
        #expect(try site.row("a")?.status == .complete)
        #expect(try site.row("a")?.completedAt != nil)
    }

    @Test func `AG 139: an error of run is told once with its text`() throws {
        let site = try ErrandSite { _, _, _ in throw Failure("Direct throw in run") }
        try site.start("a")
        #expect(site.reports == ["error Direct throw in run of W a, errored"])
        #expect(try site.row("a")?.error == WorkflowError("Direct throw in run"))
        #expect(try site.status("a").status == .errored)
    }

    @Test func `AG 140: an error that was reported is told once, whether or not run throws`() throws {
        let site = try ErrandSite { errand, _, step in
            try await step.reportError("Explicit")
            if errand.workflowId == "throws" { throw Failure("another") }
            return .null
        }
        for id in ["throws", "goes-on"] { try site.start(id) }
        #expect(site.reports == ["throws", "goes-on"].map { "error Explicit of W \($0), errored" })
        #expect(try site.status("throws").error?.message == "another")
        #expect(try site.status("goes-on").status == .complete)
    }

    @Test func `AG 141: a step that fails for good is told once with its error's text`() throws {
        let site = try ErrandSite(failing)
        try site.start("a")
        #expect(site.reports == ["error broken of W a, errored"])
    }

    @Test func `WF 162: an error of run and one of a step are told once, reported or not`() throws {
        let scripts: [Errand.Script] = [failing, { _, _, _ in throw Failure("broken") }, reportedAndThrown]
        for script in scripts {
            let site = try ErrandSite(script)
            try site.start("a")
            #expect(site.reports == ["error broken of W a, errored"])
        }
    }

    @Test func `AG 142: an agent that fails to hear of an error does not change it`() throws {
        let site = try ErrandSite { _, _, _ in throw Failure("the first") }
        try site.start("a", of: "deaf")
        #expect(site.reports == ["error the first of W a, errored"])
        let status = try site.status("a", of: "deaf")
        #expect(status.status == .errored && status.error?.message == "the first")
    }

    @Test func `AG 147: an event reaches its hook and leaves the row alone`() throws {
        let site = try ErrandSite { _, _, step in
            try await step.sendEvent(["k": 1])
            return .null
        }
        try site.start("a")
        #expect(site.reports == [#"event {"k":1} of W a, queued"#])
    }

    @Test func `AG 154: a host that dies between two steps runs and tells nothing twice`() throws {
        let site = try resumed()
        #expect(site.tape.count("first") == 1)
        #expect(site.tape.count("second") == 1)
        #expect(site.reports.count == 1)
        #expect(try site.status("a").status == .complete)
    }

    @Test func `WF 163: an end that was reported is not told again after a crash behind it`() throws {
        #expect(try resumed().reports == ["complete 1 of W a, complete"])
    }

    @Test func `WF 181: a loop that is cut in the middle does not run its first half again`() throws {
        let site = try ErrandSite { errand, _, step in
            for number in 1...50 {
                try await step.do("iteration") { _ in
                    errand.env.tape.note("iteration \(number)")
                    return number
                }
                if number == 25 { try await step.sleep("pause", "1 hour") }
            }
            return .null
        }
        try site.start("a")
        try site.host.restart()
        try site.host.advance(by: .seconds(3700))
        #expect(site.tape.lines.filter { $0.hasPrefix("iteration") } == (1...50).map { "iteration \($0)" })
        #expect(try site.status("a").status == .complete)
    }

    @Test func `AG 155: any method of the agent can be called, and onStart has run before`() throws {
        let site = try ErrandSite { errand, _, step in
            try await step.sleep("pause", "1 hour")
            return .string(try await errand.agent.help("me"))
        }
        try site.start("a")
        try site.host.restart()
        site.tape.clear()
        try site.host.advance(by: .seconds(3700))
        #expect(site.tape.lines.suffix(2) == ["start b", "help me"])
        #expect(try site.status("a").output == "helped me")
    }

    @Test func `AG 156: an instance that no agent has started fails and says why`() throws {
        let site = try ErrandSite()
        let status = try site.host.run {
            try await site.host.bindings.errands.create(id: "a", json: [:])
        }
        try site.host.settle()
        let found = try site.host.run { try await status.status() }
        #expect(found.status == .errored)
        #expect(
            found.error?.message == """
                AgentWorkflow requires __agentName, __agentBinding, and __workflowName in params. Use \
                agent.runWorkflow() to start workflows with proper agent context.
                """
        )
    }
}

private let reporting: Errand.Script = { errand, _, step in
    try await errand.reportProgress(["percent": 0.1])
    try await step.do("work") { _ in 1 }
    try await errand.reportProgress(["percent": 0.9])
    let result: JSONValue = ["r": 1]
    try await step.reportComplete(result)
    return result
}

private let failing: Errand.Script = { _, _, step in
    _ = try await step.do("work", StepConfig(retries: .init(limit: 0, delay: 0))) { _ -> Int in
        throw Failure("broken")
    }
    return .null
}

private let reportedAndThrown: Errand.Script = { _, _, step in
    try await step.reportError(Failure("broken"))
    throw Failure("another")
}

/// A site whose host has died, and come back, while its workflow slept between two steps.
private func resumed() throws -> ErrandSite {
    let site = try ErrandSite { errand, _, step in
        let tape = errand.env.tape
        let note = { @Sendable (line: String) in
            tape.note(line)
            return line
        }
        try await step.do("first") { _ in note("first") }
        try await step.reportComplete(1)
        try await step.sleep("pause", "1 hour")
        try await step.do("second") { _ in note("second") }
        return .null
    }
    try site.start("a")
    try site.host.restart()
    try site.host.advance(by: .seconds(3700))
    return site
}
