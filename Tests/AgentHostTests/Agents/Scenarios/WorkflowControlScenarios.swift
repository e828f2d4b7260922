import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct WorkflowControlScenarios {
    private static let asking: Errand.Script = { errand, _, step in
        if errand.workflowId == "late" { try await step.sleep("before", "1 hour") }
        return try await errand.waitForApproval(step) ?? "nothing"
    }

    @Test(arguments: ["soon", "late"])
    func `AG 143, 145: an approval gives what came with it, also when it was sent before the wait`(id: String) throws {
        let site = try ErrandSite(Self.asking)
        try site.start(id)
        try site.boss { try await $0.approveWorkflow(id, reason: "ok", metadata: ["by": "a"]) }
        try site.host.advance(by: .seconds(3700))
        let status = try site.status(id)
        #expect(status.status == .complete && status.output == ["by": "a"])
        #expect(site.tape.events("workflow:event") == [["workflowId": .string(id), "eventType": "approval"]])
        #expect(site.tape.events("workflow:approved") == [["workflowId": .string(id), "reason": "ok"]])
    }

    @Test func `AG 144: a rejection is told once and fails the instance`() throws {
        let site = try rejected()
        #expect(site.reports == ["error Budget exceeded of W a, errored"])
        #expect(try site.status("a").error?.message == "Workflow rejected: Budget exceeded")
        #expect(site.tape.events("workflow:rejected") == [["workflowId": "a", "reason": "Budget exceeded"]])
    }

    @Test func `WF 161: an approval returns its metadata, a rejection is an error that is told once`() throws {
        let site = try rejected()
        try site.start("b")
        try site.boss { try await $0.approveWorkflow("b", metadata: 7) }
        #expect(try site.status("b").output == 7)
        #expect(site.reports.count == 1)
        let status = try site.status("a")
        #expect(status.status == .errored && status.error?.name == "WorkflowRejectedError")
    }

    @Test func `WF 121: an instance that is paused or ended in its sleep tells its agent of no error`() throws {
        let site = try ErrandSite { _, _, step in
            try await step.sleep("pause", "1 hour")
            return .null
        }
        for id in ["paused", "ended"] { try site.start(id) }
        try site.boss { boss in
            try await boss.pauseWorkflow("paused")
            try await boss.terminateWorkflow("ended")
        }
        try site.host.advance(by: .seconds(7200))
        #expect(site.reports.isEmpty)
        #expect(try site.row("paused")?.status == .paused)
        #expect(try site.row("ended")?.status == .terminated)
    }

    @Test func `WF 177: an approval that comes after a restart counts, and a second one is not used`() throws {
        let site = try ErrandSite { errand, _, step in
            let first = try await errand.waitForApproval(step)
            try await step.sleep("after", "1 hour")
            return first ?? "nothing"
        }
        try site.start("a")
        try site.host.restart()
        try site.boss { boss in
            for number in 1...2 { try await boss.approveWorkflow("a", metadata: .integer(Int64(number))) }
        }
        try site.host.advance(by: .seconds(3700))
        let status = try site.status("a")
        #expect(status.status == .complete && status.output == 1)
        #expect(site.reports.isEmpty)
    }

    private func rejected() throws -> ErrandSite {
        let site = try ErrandSite(Self.asking)
        try site.start("a")
        try site.boss { try await $0.rejectWorkflow("a", reason: "Budget exceeded") }
        return site
    }

    @Test func `AG 146: a workflow merges into, replaces and resets the state, and clients are told`() throws {
        let site = try ErrandSite { _, _, step in
            try await step.mergeAgentState(["a": 1])
            try await step.updateAgentState(["c": 3])
            try await step.resetAgentState()
            return .null
        }
        let client = try site.open()
        let greeting = client.texts.count
        try site.start("a")
        let frames = try client.texts.dropFirst(greeting).map { try JSON.parse($0) }
        #expect(frames.map { $0["type"] } == Array(repeating: "cf_agent_state", count: 3))
        #expect(frames.map { $0["state"] } == [["b": 2, "a": 1], ["c": 3], ["b": 2]])
        #expect(try site.boss { try $0.state } == ["b": 2])
    }

    @Test func `AG 148: a broadcast reaches every client`() throws {
        let site = try ErrandSite { errand, _, _ in
            await errand.broadcastToClients(["type": "x"])
            // Is not sent: the SDK's clients fail on it.
            await errand.broadcastToClients(JSONValue.null)
            return .null
        }
        let clients = [try site.open(), try site.open()]
        try site.start("a")
        #expect(clients.map { $0.texts.last } == [#"{"type":"x"}"#, #"{"type":"x"}"#])
        #expect(try site.status("a").status == .complete)
    }

    @Test func `AG 149: progress moves a row that waits, an end moves all that no one has ended or held`() throws {
        let site = try ErrandSite()
        let statuses: [InstanceStatus.Status] = [
            .queued, .running, .paused, .errored, .terminated, .complete, .waiting, .waitingForPause,
        ]
        let kinds: [WorkflowCallback.Kind] = [.progress(1), .complete(nil), .error("bad"), .event(2)]
        try site.start("a")
        let after = try site.boss { boss in
            var after: [[InstanceStatus.Status?]] = []
            for kind in kinds {
                var row: [InstanceStatus.Status?] = []
                for status in statuses {
                    try boss.sql("UPDATE cf_agents_workflows SET status = \(status.rawValue)")
                    try await boss.onWorkflowCallback(
                        WorkflowCallback(workflowName: "W", workflowId: "a", timestamp: 0, kind: kind)
                    )
                    row.append(try boss.getWorkflow("a")?.status)
                }
                after.append(row)
            }
            return after
        }
        let ended = { (end: InstanceStatus.Status) in
            statuses.map { [.paused, .terminated].contains($0) ? $0 : end }
        }
        #expect(after[0] == statuses.map { [.queued, .waiting].contains($0) ? .running : $0 })
        #expect(after[1] == ended(.complete))
        #expect(after[2] == ended(.errored))
        #expect(after[3] == statuses)
        #expect(site.reports.count == 32)
        try site.boss { boss in
            try await boss.onWorkflowCallback(
                WorkflowCallback(workflowName: "W", workflowId: "nope", timestamp: 0, kind: .complete(nil))
            )
        }
        #expect(site.reports.last == "complete nothing of W nope, unknown here")
    }

    @Test func `AG 150: an unknown workflow and one of an unknown binding cannot be controlled`() throws {
        let site = try ErrandSite()
        try site.start("a")
        try site.boss { _ = try $0.sql("UPDATE cf_agents_workflows SET workflow_name = 'GONE'") }
        let calls: [@Sendable (isolated Boss, String) async throws -> Void] = [
            { try await $0.terminateWorkflow($1) }, { try await $0.pauseWorkflow($1) },
            { try await $0.resumeWorkflow($1) }, { try await $0.restartWorkflow($1) },
        ]
        for call in calls {
            let unknown = "Workflow nope not found in tracking table"
            #expect(try site.refusal { try await call($0, "nope") } == unknown)
            let unbound = "Workflow binding 'GONE' not found in environment"
            #expect(try site.refusal { try await call($0, "a") } == unbound)
        }
    }

    @Test func `an agent that starts warns of workflows whose binding is gone`() throws {
        let site = try ErrandSite()
        for id in ["a", "b", "c"] { try site.start(id) }
        try site.boss {
            _ = try $0.sql("UPDATE cf_agents_workflows SET workflow_name = 'GONE' WHERE workflow_id <> 'c'")
        }
        #expect(site.log.lines == [])
        try site.host.restart()
        _ = try site.row("a")
        let warning = "Boss b remembers 2 workflows of the binding 'GONE', which is not there"
        #expect(site.log.lines == [warning + ": migrateWorkflowBinding moves them to another."])
    }

    @Test func `a workflow of an agent sleeps until a time that is to come`() throws {
        let site = try ErrandSite { _, _, step in
            try await step.sleepUntil("nap", 1)
            return .null
        }
        try site.start("a")
        #expect(try site.status("a").error?.message == "You can't sleep until a time in the past, time-traveler")
    }

    @Test func `AG 151: the row follows pause, resume, terminate and restart`() throws {
        let site = try ErrandSite { errand, _, step in
            for _ in 1...2 { try await step.do("work") { _ in try await errand.agent.work() } }
            return .null
        }
        try site.start("a")
        let first = try #require(try site.row("a"))
        let control = { (call: @escaping @Sendable (isolated Boss) async throws -> Void) in
            try site.boss { boss in
                try await call(boss)
                return try boss.getWorkflow("a")
            }
        }
        #expect(try control { try await $0.pauseWorkflow("a") }?.status == .waitingForPause)
        try site.host.advance(by: .seconds(6))
        #expect(try control { try await $0.pauseWorkflow("a") }?.status == .paused)
        #expect(try control { try await $0.resumeWorkflow("a") }?.status == .running)
        let ended = try control { try await $0.terminateWorkflow("a") }
        #expect(ended?.status == .terminated && ended?.completedAt != nil)
        let again = try site.refusal { try await $0.terminateWorkflow("a") }
        #expect(again == WorkflowError.cannotTerminate.message)
        let kept = try control { try await $0.restartWorkflow("a", resetTracking: false) }
        #expect(kept?.status == .running && kept?.createdAt == first.createdAt)
        let reset = try control { try await $0.restartWorkflow("a") }
        #expect(reset?.status == .queued && reset?.completedAt == nil)
        #expect(try #require(reset).createdAt >= first.createdAt + 6)
        let events = site.tape.events.map(\.type).filter { $0.hasPrefix("workflow:") }
        let expected = ["start", "paused", "paused", "resumed", "terminated", "restarted", "restarted"]
        #expect(events == expected.map { "workflow:\($0)" })
    }
}
