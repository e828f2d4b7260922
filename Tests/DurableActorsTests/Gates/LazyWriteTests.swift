import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// Writes rows that ask for no commit.
private distributed actor Notebook: DurableObject {
    typealias Env = NoEnvironment

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    private func write(_ key: String, _ value: UInt8, isLazy: Bool = true) throws {
        try ctx.incarnation.write(RowKey(.metadata, Array(key.utf8)), [value], confirmed: true, isLazy: isLazy)
    }

    /// Writes a row when the answer is gone already.
    distributed func writeLater() { ctx.waitUntil { try await self.writeLazily() } }

    private func writeLazily() throws { try write("first", 1) }

    /// Writes two rows in turns of their own, the second as other rows are.
    distributed func writeBothLater() { ctx.waitUntil { try await self.writeBoth() } }

    private func writeBoth() async throws {
        try write("first", 1)
        for _ in 0..<3 { await Task.yield() }
        try write("second", 2, isLazy: false)
    }

    distributed func writeAndAnswer() throws -> Int {
        try write("first", 1)
        return 1
    }

    distributed func writeAndSync() async throws {
        try write("first", 1)
        try await ctx.storage.sync()
    }

    distributed func rows() throws -> [UInt8?] {
        try ["first", "second"].map { try ctx.incarnation.read(RowKey(.metadata, Array($0.utf8)))?.first }
    }
}

@Suite struct LazyWriteTests {
    private func host(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .arrival,
        store: MemoryStore = MemoryStore()
    ) throws -> SimulatedHost<DurableObjectNamespace<Notebook>> {
        try simulatedHost(Notebook.self, seed: seed, order: order, store: store)
    }

    private func rows(_ host: SimulatedHost<DurableObjectNamespace<Notebook>>) throws -> [UInt8?] {
        try host.run { try await host.bindings.getByName("one").rows() }
    }

    @Test func `a lazy write is committed with the next one of its object`() throws {
        let host = try host()
        let before = host.store.commitCount
        try host.run { try await host.bindings.getByName("one").writeBothLater() }
        try host.settle()
        #expect(host.store.commitCount == before + 1)
        #expect(try rows(host) == [1, 2])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no write is ever durable without the lazy one before it`(seed: UInt64) throws {
        let host = try host(seed: seed, order: .seeded, store: MemoryStore(keepsHistory: true))
        try host.run { try await host.bindings.getByName("one").writeBothLater() }
        try host.settle()
        for commit in 0...host.store.commitCount {
            let later = try self.host(store: host.store.copy(afterCommit: commit))
            #expect([[nil, nil], [1, nil], [1, 2]].contains(try rows(later)), "after commit \(commit)")
        }
    }

    @Test func `a lazy write that nothing follows is committed all the same`() throws {
        let host = try host()
        try host.run { try await host.bindings.getByName("one").writeLater() }
        try host.settle()
        try host.restart()
        #expect(try rows(host) == [1, nil])
    }

    @Test func `an answer waits for a lazy write, and so does sync`() throws {
        let host = try host()
        host.world.scheduler.holdsCommits = true
        let answer = host.world.start { try await host.bindings.getByName("one").writeAndAnswer() }
        let sync = host.world.start { try await host.bindings.getByName("two").writeAndSync() }
        try host.settle()
        #expect(answer.result == nil)
        #expect(sync.result == nil)
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(answer.result != nil)
        #expect(sync.result != nil)
    }

    @Test func `an object that leaves memory takes no lazy write with it`() throws {
        let host = try host()
        host.world.scheduler.holdsCommits = true
        try host.run {
            let stub = host.bindings.getByName("one")
            try await stub.writeLater()
            try await evictDurableObject(stub)
        }
        host.world.scheduler.holdsCommits = false
        try host.settle()
        try host.restart()
        #expect(try rows(host) == [1, nil])
    }
}
