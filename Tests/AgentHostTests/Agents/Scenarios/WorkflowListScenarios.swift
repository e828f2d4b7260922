import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct WorkflowListScenarios {
    private static let badCursor = "Invalid pagination cursor. The cursor may be malformed or corrupted."

    /// A site with five workflows, `1` to `5`, of which `1` and `2` were started within one second.
    private func filled() throws -> ErrandSite {
        let site = try ErrandSite { errand, _, step in
            if errand.workflowId == "3" { try await step.reportComplete() }
            return .null
        }
        for number in 1...5 {
            if number > 2 { try site.host.advance(by: .seconds(1)) }
            try site.start("\(number)", ["odd": .bool(number % 2 == 1), "n": .integer(Int64(number)), "s": "é?"])
        }
        return site
    }

    private func ids(_ site: ErrandSite, _ criteria: WorkflowCriteria) throws -> [String] {
        try site.boss { try $0.getWorkflows(criteria).workflows.map(\.workflowId) }
    }

    private func pages(_ site: ErrandSite, _ order: WorkflowPage.Order) throws -> [[String]] {
        var (pages, cursor): ([[String]], String?) = ([], nil)
        repeat {
            let last = cursor
            let page = try site.boss { try $0.getWorkflows(limit: 2, orderBy: order, cursor: last) }
            #expect(page.total == 5)
            pages.append(page.workflows.map(\.workflowId))
            cursor = page.nextCursor
        } while cursor != nil
        return pages
    }

    @Test func `AG 152: workflows are listed newest first, by criteria and in pages`() throws {
        let site = try filled()
        #expect(try ids(site, WorkflowCriteria()) == ["5", "4", "3", "2", "1"])
        #expect(try ids(site, WorkflowCriteria(status: [.queued, .running])) == ["5", "4", "2", "1"])
        #expect(try ids(site, WorkflowCriteria(workflowName: "W")).count == 5)
        #expect(try ids(site, WorkflowCriteria(workflowName: "NEW")).isEmpty)
        #expect(try ids(site, WorkflowCriteria(metadata: ["odd": true, "s": "é?"])) == ["5", "3", "1"])
        #expect(try ids(site, WorkflowCriteria(status: [.queued], metadata: ["n": 3])).isEmpty)
        #expect(try pages(site, .desc) == [["5", "4"], ["3", "2"], ["1"]])
        #expect(try pages(site, .asc) == [["1", "2"], ["3", "4"], ["5"]])
        for cursor in ["???", "e30=", ""] {
            #expect(try site.refusal { _ = try $0.getWorkflows(cursor: cursor) } == Self.badCursor)
        }
    }

    @Test func `WF 165: pages stay the same while workflows come and go`() throws {
        let site = try filled()
        let first = try site.boss { try $0.getWorkflows(WorkflowCriteria(metadata: ["s": "é?"]), limit: 2) }
        try site.start("6", ["s": "é?"])
        #expect(try site.boss { try $0.deleteWorkflow("4") })
        let second = try site.boss {
            try $0.getWorkflows(WorkflowCriteria(metadata: ["s": "é?"]), limit: 3, cursor: first.nextCursor)
        }
        #expect(first.workflows.map(\.workflowId) == ["5", "4"])
        #expect(second.workflows.map(\.workflowId) == ["3", "2", "1"])
        #expect(second.nextCursor == nil && second.total == 5)
        #expect(try site.refusal { _ = try $0.getWorkflows(cursor: "x") } == Self.badCursor)
    }

    @Test func `AG 153: rows are deleted by id and by criteria, and move to another binding`() throws {
        let site = try filled()
        let createdAt = try #require(try site.row("3")).createdAt
        #expect(try site.boss { [try $0.deleteWorkflow("5"), try $0.deleteWorkflow("5")] } == [true, false])
        let counts = try site.boss { boss in
            [
                try boss.deleteWorkflows(WorkflowCriteria(status: [.complete])),
                try boss.deleteWorkflows(WorkflowCriteria(createdBefore: createdAt)),
                try boss.migrateWorkflowBinding("OLD", "NEW"), try boss.migrateWorkflowBinding("W", "NEW"),
            ]
        }
        #expect(counts == [1, 2, 0, 1])
        #expect(try site.row("4")?.workflowName == "NEW")
        let unknown = "Workflow binding 'NONE' not found in environment"
        #expect(try site.refusal { _ = try $0.migrateWorkflowBinding("NEW", "NONE") } == unknown)
    }
}
