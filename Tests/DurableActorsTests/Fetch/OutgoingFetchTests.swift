import DurableActors
import DurableActorsTestKit
import Testing

/// What objects ask of other servers.
@Suite struct OutgoingFetchTests {
    @Test func `DO 84: a fetch made before a write leaves at once, one made after it waits for the disk`() throws {
        let theatre = try Theatre()
        let network = theatre.host.world.network
        network.on("there") { Response("\($0.url.pathname)") }
        theatre.host.world.scheduler.holdsCommits = true
        let asking = theatre.start { ctx in
            _ = try await ctx.fetch("http://there/before")
            try await ctx.storage.put("a", 1)
            return try await ctx.fetch("http://there/after").text()
        }
        try theatre.host.settle()
        #expect(network.requests.map(\.url.pathname) == ["/before"])
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(network.requests.map(\.url.pathname) == ["/before", "/after"])
        #expect(try asking.result?.get() == "/after")
    }

    @Test func `a write that nothing waits for does not hold a fetch`() throws {
        let theatre = try Theatre()
        theatre.host.world.network.on("there") { _ in Response("hello") }
        theatre.host.world.scheduler.holdsCommits = true
        let commits = theatre.host.store.commitCount
        let asking = theatre.start { ctx in
            try await ctx.storage.put("a", 1, allowUnconfirmed: true)
            return try await ctx.fetch("http://there/").text()
        }
        try theatre.host.settle()
        #expect(theatre.host.world.network.requests.count == 1)
        #expect(try asking.result?.get() == "hello")
        #expect(theatre.host.store.commitCount == commits)
    }

    @Test func `a fetch whose object could not write before it never leaves`() throws {
        let theatre = try Theatre()
        theatre.host.store.failWrite(1, with: StorageError(.full, "The disk is full."))
        let failed = try theatre.failure { ctx in
            try await ctx.storage.put("a", 1)
            return try await ctx.fetch("http://there/").text()
        }
        #expect(failed?.durableObjectReset == true)
        #expect(theatre.host.world.network.requests.isEmpty)
    }

    @Test func `DO 66: a read before a fetch and a write after it lose another's update`() throws {
        let theatre = try Theatre()
        let world = theatre.host.world
        world.network.on("there") { _ in
            await world.sleep(milliseconds: 100)
            return Response("")
        }
        let add: Scene = { ctx in
            let number = try await ctx.storage.get("a", as: Int.self) ?? 0
            _ = try await ctx.fetch("http://there/")
            try await ctx.storage.put("a", number + 1)
            return ""
        }
        theatre.start(add)
        theatre.start(add)
        try theatre.host.advance(by: .milliseconds(99))
        #expect(world.network.requests.count == 2)
        try theatre.host.advance(by: .milliseconds(1))
        #expect(try theatre.number("a") == "1")
    }

    @Test(arguments: ["head", "body"])
    func `what comes back waits for the end of somebody else's critical section`(part: String) throws {
        let theatre = try Theatre()
        let world = theatre.host.world
        world.network.on("there") { _ in
            if part == "head" { await world.sleep(milliseconds: 10) }
            let (stream, writer) = ByteStream.make()
            _ = world.scheduler.schedule(atUptime: 10_000_000) {
                Task(executorPreference: world.scheduler.taskExecutor) {
                    try await writer.write("hello")
                    writer.finish()
                }
            }
            return Response(body: .stream(stream))
        }
        theatre.start { [notes = theatre.notes] ctx in
            let text = try await ctx.fetch("http://there/").text()
            notes.add(text)
            return ""
        }
        theatre.start { [notes = theatre.notes] ctx in
            try await ctx.blockConcurrencyWhile {
                try await ctx.sleep(milliseconds: 50)
                notes.add("alone no more")
            }
            return ""
        }
        try theatre.host.advance(by: .milliseconds(100))
        #expect(theatre.notes.all == ["alone no more", "hello"])
    }

    @Test func `a critical section may fetch, as the constructor's does`() throws {
        let theatre = try Theatre(constructor: { ctx, notes in
            notes.add(try await ctx.fetch("http://there/start").text())
        })
        theatre.host.world.network.on("there") { Response("\($0.url.pathname)") }
        try theatre.play { _ in "" }
        #expect(theatre.notes.all == ["/start"])
    }

    @Test func `a lost connection is an error of the call, and the object goes on`() throws {
        let theatre = try Theatre()
        theatre.host.world.network.on("broken") { _ in throw DurableObjectError.connectionLost("Connection refused") }
        let lost = "Error: Network connection lost. Connection refused"
        let answer = try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            return "\(try await refusal { _ = try await ctx.fetch("https://broken/") } == lost)"
        }
        #expect(answer == "true")
        let nobody = try theatre.failure { ctx in try await ctx.fetch("http://nobody/").text() }
        #expect(nobody?.message == "Network connection lost. Nobody answers for nobody.")
        #expect(nobody?.retryable == true && nobody?.durableObjectReset == false)
        #expect(try theatre.number("a") == "1")
    }

    @Test func `what fetch cannot do it says before anything leaves`() throws {
        let theatre = try Theatre()
        let answers = Recorder<String?>()
        try theatre.play { ctx in
            answers.add(try await refusal { _ = try await ctx.fetch("/relative") })
            answers.add(try await refusal { _ = try await ctx.fetch("ftp://there/") })
            answers.add(
                try await refusal { _ = try await ctx.fetch("http://there/", headers: ["Upgrade": "websocket"]) }
            )
            return ""
        }
        #expect(
            answers.all == [
                "TypeError: Fetch API cannot load: /relative", "TypeError: Fetch API cannot load: ftp://there/",
                "Error: fetch() does not open WebSockets to other servers: a request to upgrade cannot be sent.",
            ]
        )
        #expect(theatre.host.world.network.requests.isEmpty)
    }

    @Test func `a fetch that its task gives up ends, whatever the server does`() throws {
        let theatre = try Theatre()
        theatre.host.world.network.on("there") { _ in try await ScriptedNetwork.silence() }
        let answer = try theatre.play { ctx in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await ctx.fetch("http://there/") }
                try await ctx.sleep(milliseconds: 100)
                group.cancelAll()
                do {
                    try await group.next()
                    return "answered"
                } catch {
                    return "\(error is CancellationError)"
                }
            }
        }
        #expect(answer == "true")
    }

    @Test func `a fetcher of the environment waits at the gates of whichever object uses it`() throws {
        let theatre = try Theatre()
        let fetcher = theatre.host.runtime.fetcher
        theatre.host.world.network.on("there") { _ in Response("hello") }
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return try await fetcher.fetch("http://there/").text()
        }
        try theatre.host.settle()
        #expect(theatre.host.world.network.requests.isEmpty)
        let outside = try theatre.host.run { try await fetcher.fetch("http://there/").text() }
        #expect(outside == "hello")
    }
}
