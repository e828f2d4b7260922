import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct FacetRemovalTests {
    @Test func `a facet that is removed while its answer waits for the disk fails it, though it has left memory`() throws {
        let stage = try FacetTests.Stage()
        let (host, put) = (stage.theatre.host, stage.put(2))
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(stage.get) }
        host.world.scheduler.holdsCommits = true
        let waiting = stage.theatre.start { ctx in try await stage.facet(ctx).play(put) }
        // Longer than what is idle stays in memory, and not as long as a commit may take.
        try host.advance(by: .seconds(20))
        #expect(waiting.result == nil)
        let removing = stage.theatre.start { ctx in
            try ctx.facets.delete("child")
            return ""
        }
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(waiting.failure(as: DurableObjectError.self)?.message == "Facet was deleted.")
        #expect(try removing.result?.get() == "")
    }
}
