import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@testable import TaskAgent

/// What the job boards keep, in their tables and from before there were tables.
@Suite struct JobBoardTests {
    private struct OldJob: Codable {
        let processId: String
        let sessionId: String
        let workflowId: String
    }

    @Test func `commands noted before there were tables are followed on, and noted once`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let workflow = try site.started("cat", session, key)
        let name = JobBoard.name(for: workflow)
        try site.host.run {
            let board = site.host.bindings.env.jobs.boards.getByName(name)
            try await runInDurableObject(board) { _, state in
                _ = try state.storage.sql("DROP TABLE job")
                _ = try state.storage.sql("DROP TABLE schema_version")
                let job = OldJob(processId: workflow + "-command", sessionId: session, workflowId: workflow)
                try state.storage.kv.put("job/" + workflow, job)
            }
        }
        try site.host.restart()
        try site.host.settle()
        let job = FollowedJob(processId: workflow + "-command", sessionId: session, workflowId: workflow)
        let (kept, jobs) = try site.host.run {
            let board = site.host.bindings.env.jobs.boards.getByName(name)
            let kept = try await runInDurableObject(board) { _, state in
                try state.storage.kv.list(as: FollowedJob.self).count
            }
            return (kept, try await board.all())
        }
        #expect(kept == 0)
        #expect(jobs == [job])
        try site.finish(workflow, session, output: "kept")
        #expect(try site.status(workflow)["output"]?["output"] == "kept")
        #expect(try site.host.run { try await site.host.bindings.env.jobs.boards.getByName(name).all() } == [])
    }

    @Test func `boards with nothing on them keep nothing`() throws {
        let site = try TaskSite()
        try site.host.settle()
        for number in 0..<JobBoard.boards {
            let board = site.host.bindings.env.jobs.boards.getByName("board-\(number)")
            #expect(try site.host.run { try await board.all() } == [])
            #expect(try site.host.run { try await !board.has(workflowId: "wf_1") })
            try site.host.run { try await board.remove(workflowId: "wf_1") }
        }
        #expect(try listDurableObjectIds(site.host.bindings.env.jobs.boards).isEmpty)
    }
}
