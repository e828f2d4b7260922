import DurableActors
import DurableActorsTestKit
import Testing

/// Objects on a host whose log is ahead of its store.
@Suite struct LoggedHostTests {
    /// A disk whose log no checkpoint comes to before a year has passed.
    private func disk() -> MemoryStore {
        var sizes = LogSizes()
        sizes.segmentBytes = 256 << 10
        sizes.checkpointNanoseconds = 365 * 86_400 * 1_000_000_000
        return MemoryStore(logSizes: sizes)
    }

    private func theatre() throws -> Theatre { try Theatre(store: disk()) }

    private func storedRows(_ theatre: Theatre) throws -> Int { try storedRows(theatre.host.store) }

    /// The rows of objects that the store has, whatever is logged.
    private func storedRows(_ store: any OrderedStore) throws -> Int {
        var count = 0
        try store.read { snapshot in
            try snapshot.scan(.rows, from: [], to: nil, reverse: false) { _, _ in
                count += 1
                return true
            }
        }
        return count
    }

    private func keys(_ theatre: Theatre, _ name: String = "one") throws -> String {
        try theatre.play(on: theatre.stub(name)) { ctx in
            try await ctx.storage.list(as: String.self).map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        }
    }

    @Test func `an object that left memory finds what is logged, reads it in order and changes it`() throws {
        let theatre = try theatre()
        try theatre.play(on: theatre.stub()) { ctx in
            for key in ["c", "a", "b", "d"] { try await ctx.storage.put(key, "1") }
            return ""
        }
        try theatre.host.advance(by: .seconds(60))
        #expect(try !theatre.host.run { await isInMemory(theatre.stub()) })
        #expect(try storedRows(theatre) == 0)
        #expect(try keys(theatre) == "a=1,b=1,c=1,d=1")
        try theatre.play(on: theatre.stub()) { ctx in
            try await ctx.storage.delete("b")
            try await ctx.storage.put("c", "2")
            return ""
        }
        try theatre.host.run { try await evictDurableObject(theatre.stub()) }
        #expect(try keys(theatre) == "a=1,c=2,d=1")
        let page = try theatre.play(on: theatre.stub()) { ctx in
            let options = ListOptions(start: "b", reverse: true, limit: 2)
            return try await ctx.storage.list(options, as: String.self).map(\.key).joined()
        }
        #expect(page == "dc")
        try theatre.host.restart()
        #expect(try storedRows(theatre) > 0)
        #expect(try keys(theatre) == "a=1,c=2,d=1")
    }

    @Test func `what the store has is hidden by what is logged after it`() throws {
        let theatre = try theatre()
        try theatre.play(on: theatre.stub()) { ctx in
            for key in ["a", "b", "c"] { try await ctx.storage.put(key, "1") }
            return ""
        }
        try theatre.host.restart()
        try theatre.play(on: theatre.stub()) { ctx in
            try await ctx.storage.delete("b")
            try await ctx.storage.put("bb", "2")
            return ""
        }
        #expect(try keys(theatre) == "a=1,bb=2,c=1")
        try theatre.play(on: theatre.stub()) { ctx in
            try await ctx.storage.deleteAll()
            return ""
        }
        try theatre.host.run { try await evictDurableObject(theatre.stub()) }
        #expect(try keys(theatre).isEmpty)
        try theatre.host.restart()
        #expect(try keys(theatre).isEmpty)
    }

    @Test func `an object that was removed and made anew is another one, whatever the store has`() throws {
        let theatre = try theatre()
        for life in 1...4 {
            let objects = theatre.host.bindings
            #expect(try keys(theatre).isEmpty, "life \(life)")
            try theatre.play(on: theatre.stub()) { ctx in
                try await ctx.storage.put("life", "\(life)")
                try await ctx.storage.setAlarm(ctx.now + 3_600_000)
                return ""
            }
            if life == 2 { _ = try theatre.host.run { try await objects.list() } }
            try theatre.host.run { try await objects.delete(objects.idFromName("one")) }
            if life == 3 { try theatre.host.restart() }
        }
        #expect(try theatre.host.runtime.core.objects.earliestAlarm() == nil)
        #expect(try keys(theatre).isEmpty)
        try theatre.play(on: theatre.stub()) { ctx in
            try await ctx.storage.put("life", "5")
            return ""
        }
        try theatre.host.restart()
        #expect(try keys(theatre) == "life=5")
        let page = try theatre.host.run { try await theatre.host.bindings.list() }
        #expect(page.objects.map(\.rows) == [1])
    }

    @Test func `alarms that are only in the log fire in order, each at its time`() throws {
        let bells = try Belfry(store: disk())
        for (name, delay) in [("x", Int64(3000)), ("y", 1000), ("z", 2000)] {
            let due = try bells.set(in: delay, name)
            try bells.inside(name) { try await $0.storage.setAlarm(name: "later", due + 10_000) }
        }
        try bells.advance(milliseconds: 5000)
        #expect(bells.runs.map(\.object) == ["y", "z", "x"])
        try bells.advance(milliseconds: 30_000)
        #expect(bells.runs.dropFirst(3).map { "\($0.object) \($0.info.name)" } == ["y later", "z later", "x later"])
        #expect(bells.runs.allSatisfy { $0.at == $0.info.scheduledTime })
        #expect(try storedRows(bells.host.store) == 0)
        #expect(try bells.host.runtime.core.objects.earliestAlarm() == nil)
    }

    @Test func `alarms of the store that were moved or removed in the log do not fire as the store has them`() throws {
        let bells = try Belfry(store: disk())
        let objects = bells.host.bindings
        var due: Int64 = 0
        for name in ["moved", "kept", "deleted", "removed"] { due = try bells.set(in: 60_000, name) }
        try bells.host.restart()
        try bells.set(in: 90_000, "moved")
        try bells.inside("deleted") { try await $0.storage.deleteAlarm() }
        try bells.host.run { [host = bells.host] in try await host.bindings.delete(objects.idFromName("removed")) }
        try bells.advance(milliseconds: 20_000)
        _ = bells.events.take()
        try bells.advance(milliseconds: 50_000)
        #expect(bells.runs.map(\.object) == ["kept"])
        #expect(bells.events.all == ["made kept"])
        try bells.advance(milliseconds: 70_000)
        #expect(bells.runs.map(\.object) == ["kept", "moved"])
        #expect(bells.runs.map { $0.at - due } == [0, 30_000])
    }

    @Test func `a listing sees what is only in the log, and so does one after a restart`() throws {
        let theatre = try theatre()
        for name in ["x", "y", "z"] {
            try theatre.play(on: theatre.stub(name)) { ctx in
                try await ctx.storage.put("key", "value")
                return ""
            }
        }
        #expect(try storedRows(theatre) == 0)
        let page = try theatre.host.run { try await theatre.host.bindings.list() }
        #expect(Set(page.objects.compactMap(\.id.name)) == ["x", "y", "z"])
        #expect(page.objects.allSatisfy { $0.rows == 1 })
        #expect(try storedRows(theatre) == 3)
        try theatre.host.run { try await theatre.host.bindings.destroyAll() }
        try theatre.host.restart()
        #expect(try theatre.host.run { try await theatre.host.bindings.list() }.objects.isEmpty)
    }

    @Test func `a second after a write the store has it, and then nothing is set to happen`() throws {
        let host = try simulatedHost(store: MemoryStore(isLogged: true))
        _ = try host.run { try await host.bindings.getByName("one").increment(by: 3) }
        let commits = host.store.commitCount
        try host.advance(by: .milliseconds(999))
        #expect(host.store.commitCount == commits)
        try host.advance(by: .milliseconds(1))
        #expect(host.store.commitCount == commits + 1)
        let rows = host.store.copy()
        try host.advance(by: .seconds(5))
        #expect(host.store.commitCount == commits + 1)
        #expect(rows.hasSameRows(as: host.store))
        #expect(try host.run { try await host.bindings.getByName("one").total() } == 3)
    }

    @Test func `cells are let go once the store has what they wrote`() throws {
        let host = try simulatedHost(store: MemoryStore(isLogged: true))
        _ = try host.run { try await host.bindings.getByName("one").increment(by: 3) }
        try host.run { try await evictDurableObject(host.bindings.getByName("one")) }
        #expect(host.runtime.core.cells.all().count == 1)
        // The timer that looks after idle objects refers to the object for ten seconds.
        try host.advance(by: .seconds(15))
        #expect(host.runtime.core.cells.all().isEmpty)
    }
}
