import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AdministrationTests {
    private static func theatre(objects: Int) throws -> Theatre {
        let theatre = try Theatre(rang: { ctx, _ in try await ctx.storage.put("rang", 1) })
        for number in 0..<objects {
            try theatre.play(on: theatre.stub("object \(number)")) { ctx in
                try await ctx.storage.put("key", "value")
                return ""
            }
        }
        return theatre
    }

    private static func names(_ theatre: Theatre, limit: Int) throws -> [[String]] {
        var pages: [[String]] = []
        var after: DurableObjectId?
        repeat {
            let page = try theatre.host.run { [after] in
                try await theatre.host.bindings.list(after: after, limit: limit)
            }
            pages.append(page.objects.map { $0.id.name ?? "" })
            after = page.next
        } while after != nil
        return pages
    }

    @Test func `a class's objects are listed page by page, each once, in order of their ids`() throws {
        let theatre = try Self.theatre(objects: 5)
        let pages = try Self.names(theatre, limit: 2)
        #expect(pages.map(\.count) == [2, 2, 1])
        #expect(Set(pages.joined()) == Set((0..<5).map { "object \($0)" }))
        let ids = try theatre.host.run { try await theatre.host.bindings.list().objects.map(\.id.description) }
        #expect(ids == ids.sorted() && ids.count == 5)
    }

    @Test func `an object is listed with what it keeps, its alarm and whether it is in memory`() throws {
        let theatre = try Self.theatre(objects: 1)
        let due = theatre.host.world.clock.nowMilliseconds + 3_600_000
        try theatre.play(on: theatre.stub("object 0")) { ctx in
            try await ctx.storage.setAlarm(due)
            return ""
        }
        let now = theatre.host.world.clock.nowMilliseconds
        let live = try theatre.host.run { try await theatre.host.bindings.list().objects[0] }
        #expect(live.isInMemory && live.lastAccess == now && live.rows == 1 && live.sockets == 0)
        #expect(live.storedBytes > "keyvalue".utf8.count)
        #expect(live.alarms.map(\.due) == [due] && live.alarms.map(\.name) == [""])
        try theatre.host.advance(by: .seconds(20))
        let idle = try theatre.host.run { try await theatre.host.bindings.list().objects[0] }
        #expect(!idle.isInMemory && idle.rows == 1)
        // It left memory after ten idle seconds, which is when its last access was stored.
        #expect(idle.lastAccess == now + 10_000)
    }

    @Test func `a removed object keeps nothing, its callers fail, and its alarm never comes`() throws {
        let theatre = try Self.theatre(objects: 2)
        let stub = theatre.stub("object 0")
        let due = theatre.host.world.clock.nowMilliseconds + 60_000
        let running = theatre.start(on: stub) { ctx in
            try await ctx.storage.setAlarm(due)
            try await ctx.sleep(milliseconds: 3_600_000)
            return ""
        }
        try theatre.host.settle()
        let objects = theatre.host.bindings
        try theatre.host.run { try await objects.delete(objects.idFromName("object 0")) }
        #expect(running.failure(as: DurableObjectError.self)?.message == "Durable Object was deleted.")
        #expect(try Self.names(theatre, limit: 10) == [["object 1"]])
        try theatre.host.advance(by: .seconds(120))
        let keys = try theatre.play(on: theatre.stub("object 0")) { ctx in
            try await ctx.storage.list(as: String.self).map(\.key).joined(separator: ",")
        }
        #expect(keys.isEmpty)
    }

    @Test func `a call that comes while its object is removed waits and starts a new one`() throws {
        let theatre = try Self.theatre(objects: 1)
        let objects = theatre.host.bindings
        theatre.host.world.scheduler.holdsCommits = true
        let removals = (0..<2).map { _ in
            theatre.host.world.start { try await objects.delete(objects.idFromName("object 0")) }
        }
        try theatre.host.settle()
        let call = theatre.start(on: theatre.stub("object 0")) { ctx in
            try await ctx.storage.get("key", as: String.self) ?? "nothing"
        }
        try theatre.host.settle()
        #expect(call.result == nil && removals.allSatisfy { $0.result == nil })
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try call.result?.get() == "nothing")
        for removal in removals { try removal.result?.get() }
        try theatre.play(on: theatre.stub("object 0")) { ctx in
            try await ctx.storage.put("key", "anew")
            return ""
        }
        #expect(try Self.names(theatre, limit: 10) == [["object 0"]])
    }

    @Test func `a removal that cannot be written leaves the object and says so`() throws {
        let theatre = try Self.theatre(objects: 1)
        let objects = theatre.host.bindings
        theatre.host.store.failWrite(1, with: StorageError(.io, "E"))
        let error = #expect(throws: DurableObjectError.self) {
            try theatre.host.run { try await objects.delete(objects.idFromName("object 0")) }
        }
        #expect(error?.message.contains("E") == true)
        let value = try theatre.play(on: theatre.stub("object 0")) { ctx in
            try await ctx.storage.get("key", as: String.self) ?? "nothing"
        }
        #expect(value == "value")
    }

    @Test func `all objects of a class can be removed at once, also over a restart`() throws {
        let theatre = try Self.theatre(objects: 7)
        try theatre.host.run { try await theatre.host.bindings.destroyAll() }
        #expect(try Self.names(theatre, limit: 10) == [[]])
        try theatre.host.restart()
        #expect(try Self.names(theatre, limit: 10) == [[]])
    }
}
