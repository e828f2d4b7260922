import AgentHost
import DurableActors
import HostClient
import Testing

/// What a client sees of objects' ids, storage and transactions through a door that does not have the object.
@Suite(.timeLimit(.minutes(1))) struct StorageDoorTests {
    private static let keyed: Stage.Env = {
        var env = Stage.Env.countingLives
        env.operations["put"] = { ctx, request in
            try await ctx.storage.put(request.url.query, try await request.text())
            return "ok"
        }
        env.operations["get"] = { ctx, request in try await ctx.storage.get(request.url.query) ?? "none" }
        env.operations["delete"] = { ctx, request in
            let keys = request.url.query.split(separator: ",").map(String.init)
            return keys.count == 1
                ? "\(try await ctx.storage.delete(keys[0]))" : "\(try await ctx.storage.delete(keys))"
        }
        return env
    }()

    @Test func `DO 4, 9: an object has its name from its first turn on, and a unique id none`() throws {
        var env = Stage.Env()
        env.constructor = { ctx in try await ctx.storage.put("at start", ctx.id.name ?? "none") }
        env.operations["name"] = { ctx, _ in
            let name: String = try await ctx.storage.get("at start") ?? ""
            return "\(name) \(ctx.id.name ?? "none") \(ctx.id)"
        }
        let site = try StageSite(env)
        #expect(try site.text("short/name") == "short short \(try site.text("id-of/short"))")
        let (one, other) = (try site.text("new"), try site.text("new"))
        #expect(one != other)
        #expect(one.count == 64 && one.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(try site.text("id/\(one)/name") == "none none \(one)")
    }

    @Test func `DO 5, 6, 8: an id that is none of the namespace is refused with its text`() throws {
        let site = try StageSite(Self.keyed)
        let id = try site.text("id-of/x")
        let flipped = (id.last == "0" ? "1" : "0")
        let foreign = "Durable Object ID is not valid for this namespace."
        let malformed = "Invalid Durable Object ID: must be 64 hex digits"
        let (short, long) = (String(id.dropLast()), id + "0")
        for (text, message) in [
            (try site.text("other-id-of/x"), foreign), (id.dropLast() + flipped, foreign), ("abc", malformed),
            (short + "g", malformed), (short, malformed), (long, malformed),
        ] {
            let answer = try site.ask("id/\(text)/get?a")
            #expect(answer.status == 500 && answer.text == message)
            #expect(answer.headers.get("x-name") == "TypeError")
        }
    }

    @Test func `DO 7: an id read from its text reaches the object of the name, without the name`() throws {
        let site = try StageSite(Self.keyed)
        let id = try site.text("id-of/n")
        #expect(try site.ask("n/put?a", "PUT", body: "kept").text == "ok")
        #expect(try site.text("id/\(id)/get?a") == "kept")
        #expect(try site.text("name-of/\(id)") == "none")
    }

    @Test func `DO 17, 22: what one request writes or deletes the next one finds so`() throws {
        let site = try StageSite(Self.keyed)
        #expect(try site.text("x/get?a") == "none")
        #expect(try site.text("x/delete?a") == "false")
        #expect(try site.ask("x/put?a", "PUT", body: "one").text == "ok")
        #expect(try site.text("x/get?a") == "one")
        #expect(try site.text("x/delete?a") == "true")
        #expect(try site.text("x/get?a") == "none")
        for key in ["a", "b"] { _ = try site.ask("x/put?\(key)", "PUT", body: key) }
        #expect(try site.text("x/delete?a,b,zz") == "2")
        #expect(try site.text("y/get?a") == "none")
    }

    @Test func `DO 35, 37: keys are listed in their order, and from the end as asked`() throws {
        var env = Self.keyed
        env.constructor = { _ in }
        env.operations["list"] = { ctx, request in
            let reverse = request.url.query == "reverse"
            let options = ListOptions(reverse: reverse, limit: reverse ? 2 : nil)
            return try await ctx.storage.list(options, as: String.self).map(\.key).joined(separator: ",")
        }
        let site = try StageSite(env)
        for key in ["c", "e", "a", "d", "b"] { _ = try site.ask("x/put?\(key)", "PUT", body: key) }
        #expect(try site.text("x/list") == "a,b,c,d,e")
        #expect(try site.text("x/list?reverse") == "e,d")
    }

    private static let transactional: Stage.Env = {
        var env = Self.keyed
        env.operations["keep"] = { ctx, _ in
            try await ctx.storage.transaction { transaction in
                try await transaction.put("a", "kept")
                return "7"
            }
        }
        env.operations["throw"] = { ctx, _ in
            try await ctx.storage.transaction { transaction in
                try await transaction.put("a", "thrown away")
                throw Refusal(text: "X")
            }
        }
        env.operations["rollback"] = { ctx, _ in
            try await ctx.storage.transaction { transaction in
                try await transaction.put("a", "rolled back")
                try transaction.rollback()
                try transaction.rollback()
                return "7"
            }
        }
        env.operations["wait"] = { ctx, _ in
            try await ctx.storage.transaction { transaction in
                try ctx.broadcast("inside")
                try await transaction.put("a", "half")
                try await ctx.sleep(milliseconds: 100)
                try await transaction.put("a", "whole")
            }
            return "ok"
        }
        return env
    }()

    @Test
    func `DO 48, 49, 50: the next request sees what a transaction kept, and nothing of one that threw or rolled back`()
        throws
    {
        let site = try StageSite(Self.transactional)
        let failed = try site.ask("x/throw")
        #expect(failed.status == 500 && failed.text == "X")
        #expect(failed.headers.get("x-reset") == nil)
        #expect(try site.text("x/get?a") == "none")
        #expect(try site.text("x/rollback") == "7")
        #expect(try site.text("x/get?a") == "none")
        #expect(try site.text("x/keep") == "7")
        #expect(try site.text("x/get?a") == "kept")
        #expect(try site.text("x/lives") == "1")
    }

    @Test func `DO 56: a request that comes while a transaction waits runs after its end`() throws {
        let site = try StageSite(Self.transactional)
        let watcher = try site.socket("x")
        let waiting = try site.host.http()
        try waiting.send(Array("GET /x/wait HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        #expect(try watcher.text() == "inside")
        #expect(try site.text("x/get?a") == "whole")
        #expect(try waiting.readAnswer().text == "ok")
    }

    @Test func `DO 65: of a hundred requests that count at once none is lost`() throws {
        var env = Stage.Env()
        env.operations["count"] = { ctx, _ in
            let count: Int = try await ctx.storage.get("count") ?? 0
            try await ctx.storage.put("count", count + 1)
            return "\(count + 1)"
        }
        let site = try StageSite(env)
        let clients = try (0..<100).map { _ in try site.host.http() }
        for client in clients { try client.send(Array("GET /x/count HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) }
        let answers = try clients.map { Int(try $0.readAnswer().text) }
        #expect(Set(answers) == Set((1...100).map { $0 }))
    }

    @Test func `DO 93: what was written before a handler throws is kept, and the client gets the error`() throws {
        var env = Self.keyed
        env.operations["fail"] = { ctx, _ in
            try await ctx.storage.put("a", "kept")
            throw Refusal(text: "not today")
        }
        let site = try StageSite(env)
        let answer = try site.ask("x/fail")
        #expect(answer.status == 500 && answer.text == "not today")
        #expect(try site.text("x/get?a") == "kept")
        #expect(try site.text("x/lives") == "1")
    }

    @Test func `DO 188, 189: deleteAll takes what came before it and leaves what comes after`() throws {
        var env = Self.keyed
        env.constructor = { _ in }
        env.operations["clear"] = { ctx, _ in
            try await ctx.storage.put("before", "1")
            try await ctx.storage.deleteAll()
            try await ctx.storage.put("after", "2")
            return try await ctx.storage.list(as: String.self).map(\.key).joined(separator: ",")
        }
        let site = try StageSite(env)
        _ = try site.ask("x/put?earlier", "PUT", body: "0")
        #expect(try site.text("x/clear") == "after")
        #expect(try site.text("x/get?earlier") == "none")
        #expect(try site.text("x/get?after") == "2")
    }
}

/// An error of a test's object, which stays in the process that has the object.
struct Refusal: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
