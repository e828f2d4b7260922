import AgentHost
import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

/// What an agent's clients see of its workflows, and how those are ended.
@Suite struct WorkflowClientScenarios {
    /// A closure's time, whatever becomes of its task.
    private final class Time: Sendable {
        private let world = Mutex<SimulatedWorld?>(nil)
        func set(_ world: SimulatedWorld) { self.world.withLock { $0 = world } }
        func pass(milliseconds: Int64) async { await world.withLock { $0 }?.sleep(milliseconds: milliseconds) }
        var now: Int64 { world.withLock { $0?.clock.nowMilliseconds ?? 0 } }
    }

    @Test func `WF 176: a thousand clients see progress in order to its end, and nothing after that`() throws {
        let time = Time()
        let site = try ErrandSite { errand, _, step in
            do {
                let quick = StepConfig(retries: .init(limit: 0, delay: 0), timeout: "1 second")
                try await step.do("late", quick) { _ in
                    await time.pass(milliseconds: 10_000)
                    await errand.broadcastToClients(["progress": 50])
                }
            } catch is WorkflowError {
                for percent in 1...100 { await errand.broadcastToClients(["progress": percent]) }
            }
            try await step.reportComplete()
            await errand.broadcastToClients(["progress": "complete"])
            return .null
        }
        time.set(site.host.world)
        let clients = try (1...1000).map { _ in try site.open() }
        try site.start("a")
        try site.host.advance(by: .seconds(60))
        #expect(try site.status("a").status == .complete)
        let expected = (1...100).map { "{\"progress\":\($0)}" } + ["{\"progress\":\"complete\"}"]
        #expect(clients.allSatisfy { $0.texts.filter { $0.hasPrefix("{\"progress\"") } == expected })
    }

    @Test func `WF 178: a turn that is cancelled sees it at once, and what it says later reaches no client`() throws {
        let time = Time()
        let site = try ErrandSite { errand, _, step in
            try await step.do("turn") { _ in
                for number in 1...200 {
                    await errand.broadcastToClients(["delta": number])
                    await time.pass(milliseconds: 100)
                    if Task.isCancelled { errand.env.tape.note("cancelled at \(time.now)") }
                }
            }
            return .null
        }
        time.set(site.host.world)
        let client = try site.open()
        try site.start("a")
        try site.host.advance(by: .milliseconds(1050))
        let before = client.texts
        let end = time.now
        try site.boss { try await $0.terminateWorkflow("a") }
        try site.host.advance(by: .seconds(60))
        #expect(before.last == "{\"delta\":11}" && client.texts == before)
        #expect(try site.status("a").status == .terminated)
        let noticed = try #require(site.tape.lines.first { $0.hasPrefix("cancelled at ") })
        #expect(try #require(Int64(noticed.dropFirst("cancelled at ".count))) <= end + 1000)
        #expect(site.reports.isEmpty)
    }

    @Test func `WF 185: a task that takes too long is terminated, its container is destroyed, and its row says so`()
        throws
    {
        let site = try ErrandSite { errand, _, step in
            try await step.do("create-container") { _ in
                errand.env.tape.note("created")
            } rollback: { _ in
                errand.env.tape.note("destroyed")
            }
            return try await step.waitForEvent("end", type: "end", timeout: "1 day", as: JSONValue.self).payload
        }
        try site.boss {
            let timeout = WorkflowTimeout(after: "10 minutes", rollback: true)
            _ = try await $0.runWorkflow("W", ["x": 1] as JSONValue, id: "a", timeout: timeout)
        }
        try site.host.advance(by: .seconds(300))
        try site.host.restart()
        try site.host.advance(by: .milliseconds(299_999))
        #expect(try site.status("a").status == .waiting)
        try site.host.advance(by: .milliseconds(1))
        #expect(try site.status("a").status == .terminated)
        #expect(site.tape.lines.filter { $0.hasSuffix("ed") } == ["created", "destroyed"])
        let row = try site.row("a")
        #expect(row?.status == .terminated && row?.completedAt != nil)
        #expect(row?.error?.name == "WorkflowTimeoutError")
        #expect(row?.error?.message == "Execution timed out after 600000ms")
    }
}
