import AgentHost
import DurableActors
import HostClient
import Testing

/// What a client sees of requests, critical sections, resets and alarms through a door that does not have the object.
@Suite(.timeLimit(.minutes(1))) struct LifeDoorTests {
    @Test
    func `DO 174: requests and answers go through as they are, a stream piece by piece, and an error with its text`()
        throws
    {
        var env = Stage.Env()
        env.operations["fail"] = { _, _ in throw Refusal(text: "not today") }
        env.answer = { ctx, request in
            switch request.url.segments.last {
            case "echo":
                let seen = "\(request.method) \(request.url.query) \(request.headers.get("x-one") ?? "")"
                return Response(status: 418, headers: ["x-seen": seen], body: request.body)
            case "endless":
                let (stream, writer) = ByteStream.make()
                ctx.waitUntil {
                    for number in 1...Int.max {
                        try await writer.write("piece \(number)")
                        try await ctx.sleep(milliseconds: 5)
                    }
                }
                return Response(body: .stream(stream))
            default: return Response("no such thing", status: 404)
            }
        }
        let site = try StageSite(env)
        let http = try site.host.http()
        let body = (0..<(1 << 18)).map { UInt8(truncatingIfNeeded: $0) }
        let answer = try http.request("PATCH", "/x/echo?a=%20", headers: [("x-one", "1")], body: body)
        #expect(answer.status == 418 && answer.body == body)
        #expect(answer.headers.get("x-seen") == "PATCH a=%20 1")
        #expect(try http.request("DELETE", "/x/unknown").status == 404)
        let failed = try http.request("GET", "/x/fail")
        #expect(failed.status == 500 && failed.text == "not today")

        let socket = try ClientSocket(port: site.host.port)
        try socket.write(Array("GET /x/endless HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        var received = ""
        while !received.contains("piece 3"), let bytes = try socket.read() {
            received += String(decoding: bytes, as: UTF8.self)
        }
        #expect(received.contains("piece 3"))
    }

    @Test func `DO 71: requests that come while the constructor loads see what it has loaded`() throws {
        var env = Stage.Env()
        env.constructor = { ctx in
            try await ctx.sleep(milliseconds: 50)
            try await ctx.storage.put("loaded", "yes")
        }
        env.operations["loaded"] = { ctx, _ in try await ctx.storage.get("loaded") ?? "no" }
        let site = try StageSite(env)
        let clients = try (0..<3).map { _ in try site.host.http() }
        for client in clients { try client.send(Array("GET /x/loaded HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) }
        for client in clients { #expect(try client.readAnswer().text == "yes") }
    }

    @Test func `DO 75, 76: a section that throws resets the object, and one that catches does not`() throws {
        var env = Stage.Env.countingLives
        env.operations["section"] = { ctx, request in
            let isCaught = request.url.query == "caught"
            do {
                try await ctx.blockConcurrencyWhile { () async throws -> Void in
                    do {
                        throw Refusal(text: "boom")
                    } catch  where isCaught {}
                }
            } catch {
                try await ctx.storage.put("caught outside", "yes")
                throw error
            }
            return "fine"
        }
        env.operations["outside"] = { ctx, _ in try await ctx.storage.get("caught outside") ?? "never ran" }
        let site = try StageSite(env)
        #expect(try site.text("x/section?caught") == "fine")
        #expect(try site.text("x/lives") == "1")
        let answer = try site.ask("x/section")
        #expect(answer.status == 500 && answer.text == "boom")
        #expect(answer.headers.get("x-reset") == "true" && answer.headers.get("x-remote") == "true")
        #expect(try site.text("x/lives") == "2")
        #expect(try site.text("x/outside") == "never ran")
    }

    @Test func `DO 94: abort takes back what the turn wrote, and the next request begins a new life`() throws {
        var env = Stage.Env.countingLives
        env.operations["put"] = { ctx, _ in
            try await ctx.storage.put("value", 777)
            return "ok"
        }
        env.operations["get"] = { ctx, _ in "\(try await ctx.storage.get("value", as: Int.self) ?? 0)" }
        env.operations["abort"] = { ctx, _ in
            try await ctx.storage.put("value", 888)
            try ctx.abort("x")
        }
        let site = try StageSite(env)
        #expect(try site.text("x/put") == "ok")
        let answer = try site.ask("x/abort")
        #expect(answer.status == 500 && answer.text == "x")
        #expect(answer.headers.get("x-reset") == "true")
        #expect(try site.text("x/get") == "777")
        #expect(try site.text("x/lives") == "2")
    }

    @Test func `DO 187: what a handler does after its client has gone is done and kept`() throws {
        var env = Stage.Env()
        env.operations["work"] = { ctx, _ in
            try ctx.broadcast("begun")
            try await ctx.sleep(milliseconds: 50)
            try await ctx.storage.put("done", "yes")
            try ctx.broadcast("done")
            return "nobody hears this"
        }
        env.operations["done"] = { ctx, _ in try await ctx.storage.get("done") ?? "no" }
        let site = try StageSite(env)
        let watcher = try site.socket("x")
        do {
            let client = try ClientSocket(port: site.host.port)
            try client.write(Array("GET /x/work HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(try watcher.text() == "begun")
        }
        #expect(try watcher.text() == "done")
        #expect(try site.text("x/done") == "yes")
    }

    // MARK: - Alarms

    private static let alarming: Stage.Env = {
        var env = Stage.Env.countingLives
        env.operations["set"] = { ctx, request in
            let due = ctx.now + (Int64(request.url.query) ?? 0)
            try await ctx.storage.setAlarm(due)
            return "\(due)"
        }
        env.operations["due"] = { ctx, _ in try await ctx.storage.getAlarm().map { "\($0)" } ?? "none" }
        env.alarm = { ctx, info in
            let isEarly = ctx.now < info.scheduledTime
            let alarm = try await ctx.storage.getAlarm().map { "\($0)" } ?? "none"
            let life = try await ctx.lives
            try ctx.broadcast(
                "\(info.scheduledTime) \(info.retryCount) \(info.isRetry) \(isEarly) \(alarm) \(life) "
                    + (ctx.id.name ?? "")
            )
        }
        return env
    }()

    @Test func `DO 101: an alarm set by a request runs once, not before its time`() throws {
        let site = try StageSite(Self.alarming)
        let watcher = try site.socket("x")
        let due = try site.text("x/set?50")
        #expect(try watcher.text() == "\(due) 0 false false none 1 x")
        #expect(try site.text("x/due") == "none")
        let next = try site.text("x/set?50")
        #expect(try watcher.text() == "\(next) 0 false false none 1 x")
    }

    @Test func `DO 104: of two alarms that are set one after the other the last fires alone`() throws {
        let site = try StageSite(Self.alarming)
        let watcher = try site.socket("x")
        _ = try site.text("x/set?100")
        let due = try site.text("x/set?300")
        #expect(try watcher.text() == "\(due) 0 false false none 1 x")
        #expect(try site.text("x/due") == "none")
    }

    @Test func `DO 112: an alarm wakes an object that has left memory, and finds it by its name`() throws {
        let site = try StageSite(Self.alarming)
        let watcher = try site.socket("x")
        let due = try site.text("x/set?1000")
        try site.evict("x")
        #expect(try watcher.text() == "\(due) 0 false false none 2 x")
    }

    @Test func `DO 102, 119: an alarm that was deleted never runs, by deleteAll too unless it is to stay`() throws {
        var env = Self.alarming
        env.operations["delete"] = { ctx, _ in
            try await ctx.storage.deleteAlarm()
            return "ok"
        }
        env.operations["delete-all"] = { ctx, request in
            try await ctx.storage.deleteAll(keepsAlarm: request.url.query == "keep")
            return "ok"
        }
        let site = try StageSite(env)
        let watcher = try site.socket("x")
        for operation in ["delete", "delete-all"] {
            _ = try site.text("x/set?100")
            #expect(try site.text("x/\(operation)") == "ok")
            #expect(try site.text("x/due") == "none")
        }
        let due = try site.text("x/set?300")
        #expect(try site.text("x/delete-all?keep") == "ok")
        #expect(try site.text("x/due") == due)
        // The deleted ones were due before it.
        #expect(try watcher.text() == "\(due) 0 false false none 0 x")
    }
}
