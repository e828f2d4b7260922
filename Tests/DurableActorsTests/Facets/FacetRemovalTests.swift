import DurableActorsTestKit
import Testing

@testable import DurableActors

@Suite struct FacetRemovalTests {
    @Test func `a removed facet fails an answer that waits for the disk, though it has left memory`() throws {
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

    @Test func `a facet of an earlier life of its parent fails what waits for its writes when it is removed`() throws {
        let stage = try FacetTests.Stage()
        let (host, put) = (stage.theatre.host, stage.put(2))
        let cells = host.runtime.core.cells
        try stage.theatre.play { ctx in "\(ctx.now)" }
        let parent = try #require(cells.all().first)
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(stage.get) }
        let place = try #require(cells.all().first { $0 !== parent })
        host.world.scheduler.holdsCommits = true
        let waiting = stage.theatre.start { ctx in try await stage.facet(ctx).play(put) }
        try host.advance(by: .seconds(20))
        #expect(waiting.result == nil)
        // The write, and when the facet was last used.
        #expect(place.lastSealed == 2)
        // Its parent's new life knows nothing of the facet but its rows.
        _ = try stage.theatre.failure { ctx in try ctx.abort("Enough.") }
        let removing = stage.theatre.start { ctx in
            try ctx.facets.delete("child")
            return ""
        }
        let rested = Recorder<Bool>()
        try host.settle()
        place.perform { place.whenDurable(place.lastSealed) { _ in rested.add(true) } }
        try host.settle()
        #expect(rested.all == [true])
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(try removing.result?.get() == "")
    }

    @Test func `a facet whose removal is taken back has all that was acknowledged, though it is only logged`() throws {
        let stage = FacetTests.Stage(theatre: try Theatre(store: MemoryStore(isLogged: true)))
        let (host, put, get) = (stage.theatre.host, stage.put(2), stage.get)
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(put) }
        let taken = stage.theatre.start { ctx in
            try ctx.facets.delete("child")
            try ctx.abort("Enough.")
        }
        try host.settle()
        #expect(taken.failure(as: DurableObjectError.self)?.message == "Enough.")
        #expect(try stage.theatre.play(on: stage.theatre.stub()) { ctx in try await stage.facet(ctx).play(get) } == "2")
    }

    @Test(arguments: [false, true])
    func `a facet whose removal is taken back begins when it is known whether its last write has landed`(
        isLogged: Bool
    ) async throws {
        let stage = FacetTests.Stage(theatre: try Theatre(store: MemoryStore(isLogged: isLogged)))
        let (host, first, second) = (stage.theatre.host, stage.put(2), stage.put(3))
        let reads = Recorder<Int?>()
        let readTwice = stage.theatre.scene { ctx in
            for _ in 0..<2 {
                reads.add(try await ctx.storage.get("key", as: Int.self))
                try await ctx.sleep(milliseconds: 5000)
            }
            return ""
        }
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(first) }
        // Until nothing is left in the log.
        try host.advance(by: .seconds(3))
        host.world.scheduler.holdsCommits = true
        let writing = stage.theatre.start { ctx in try await stage.facet(ctx).play(second) }
        try host.settle()
        let landed = await stuckCommit(of: stage)
        let taken = stage.theatre.start { ctx in
            try ctx.facets.delete("child")
            try ctx.abort("Enough.")
        }
        try host.settle()
        #expect(taken.failure(as: DurableObjectError.self)?.message == "Enough.")
        #expect(writing.failure(as: DurableObjectError.self)?.message == "Enough.")
        stage.theatre.start(on: stage.theatre.stub()) { ctx in try await stage.facet(ctx).play(readTwice) }
        try host.settle()
        #expect(reads.all == [])
        host.store.resume()
        await landed.value
        host.world.scheduler.holdsCommits = false
        try host.advance(by: .seconds(11))
        #expect(reads.all == [3, 3])
    }

    @Test func `a removed facet writes nothing any more, also when a write that was on its way fails`() async throws {
        let stage = try FacetTests.Stage()
        let (host, first, second) = (stage.theatre.host, stage.put(2), stage.put(3))
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(first) }
        let place = try #require(host.runtime.core.cells.all().first { $0.depth == 2 })
        host.world.scheduler.holdsCommits = true
        stage.theatre.start { ctx in try await stage.facet(ctx).play(second) }
        try host.settle()
        let failed = await stuckCommit(of: stage)
        let late = SealedBatch(
            BatchContent(
                classNumber: place.objectClass.number,
                id: place.id,
                locator: try #require(place.place),
                creation: nil,
                writes: WriteSet()
            ),
            sequence: place.lastSealed + 1,
            owner: place
        )
        #expect(place.accepts(late))
        let removing = stage.theatre.start { ctx in
            try ctx.facets.delete("child")
            return ""
        }
        try host.settle()
        host.store.failWrite(1, with: StorageError(.io, "E"))
        host.store.resume()
        await failed.value
        try host.settle()
        #expect(!place.accepts(late))
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(try removing.result?.get() == "")
    }

    /// Begins a commit on a thread of its own, which the store stops until it is resumed.
    private func stuckCommit(of stage: FacetTests.Stage) async -> Task<Void, Never> {
        let host = stage.theatre.host
        host.store.stall()
        let committer = host.runtime.core.committer
        let commit = Task { await offPool { #expect(committer.performInline()) } }
        await offPool { host.store.waitForStalledWrite() }
        return commit
    }
}
