import AgentHost
import Distributed
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Examples

@Suite struct CodeGeneratorTests {
    private final class Lines: Sendable {
        private let text = Mutex("")
        func add(_ piece: [UInt8]) { text.withLock { $0 += String(decoding: piece, as: UTF8.self) } }
        var all: [String] { text.withLock { $0.split(separator: "\n").map(String.init) } }
    }

    @Test func `AG 172: the pieces of a blueprint are streamed to whoever asked for it, while the call goes on`() throws
    {
        let site = try GeneratorSite()
        let lines = Lines()
        let response = try site.fetch("/api/agent", "POST", #"{"query":"a clock"}"#)
        #expect(response.headers.get("content-type") == "application/x-ndjson")
        guard case .stream(let stream) = response.body else { return #expect(Bool(false), "the body is no stream") }
        _ = site.host.world.start { for try await piece in stream { lines.add(piece) } }
        try site.host.advance(by: .milliseconds(700))
        #expect(lines.all.dropFirst() == [#"{"chunk":"A clock\nsrc/"}"#, #"{"chunk":"0.ts"}"#])
        try site.host.advance(by: .seconds(10))
        #expect(lines.all.count == 13)
        let blueprint = try JSON.parse(lines.all[12])["blueprint"]?.decode(Blueprint.self)
        #expect(blueprint?.title == "A clock")
        #expect(blueprint?.files == GeneratorSite.files)
    }

    @Test func `a project has one blueprint, and a model that fails is told and leaves room for another try`() throws {
        let site = try GeneratorSite { $0.contains("bad") ? ["A", "!"] : GeneratorSite.script($0) }
        let response = try site.fetch("/api/agent", "POST", #"{"query":"bad"}"#)
        let lines = try site.host.run { try await response.text() }.split(separator: "\n").map { try JSON.parse($0) }
        #expect(lines.last == ["error": "The model is out of order"])
        let agent = site.agent(try #require(lines.first?["agentId"]?.string))
        #expect(try site.host.run { try await agent.isInitialized() } == false)
        let blueprint = try site.host.run {
            try await agent.initialize(query: "good", onBlueprintChunk: RpcCallback { _ in })
        }
        #expect(blueprint.title == "A clock")
        #expect(throws: GeneratorRefusal.self) {
            try site.host.run { try await agent.initialize(query: "more", onBlueprintChunk: RpcCallback { _ in }) }
        }
    }

    @Test func `AG 169: a client is told identity and the whole state, and is greeted by work nobody waits for`() throws
    {
        let site = try GeneratorSite()
        let id = try site.begun()
        let socket = try site.connected(id)
        let frames = try socket.texts.map { try JSON.parse($0) }
        #expect(
            frames.map { $0["type"]?.string } == [
                "cf_agent_identity", "cf_agent_state", "cf_agent_mcp_servers", "agent_connected",
            ]
        )
        #expect(frames[0]["agent"] == "code-generator-agent")
        #expect(frames[0]["name"] == .string(id))
        #expect(try frames[1]["state"]?.decode(GeneratorState.self) == site.state(id))
        let summary = try frames[3]["summary"]?.decode(GeneratorSummary.self)
        #expect(summary == GeneratorSummary(query: "a clock", title: "A clock", files: 0, phase: .ready))
    }

    @Test func `AG 170: messages of the application's are its own, and what it does not know it says`() throws {
        let site = try GeneratorSite()
        let socket = try site.connected(try site.begun())
        let before = socket.texts.count
        for text in [#"{"type":"session_init"}"#, #"{"type":"fly"}"#, "[1]", #"{"type":"stop_generation"}"#] {
            try site.send(socket, text)
        }
        #expect(
            Array(socket.texts.dropFirst(before)) == [
                #"{"type":"session_ready"}"#, #"{"type":"error","error":"Unknown message type: fly"}"#,
                #"{"type":"error","error":"Invalid message"}"#,
                #"{"type":"error","error":"Nothing is being generated"}"#,
            ]
        )
        try site.send(socket, "{no JSON")
        #expect(try JSON.parse(socket.texts.last ?? "")["type"] == "error")
    }

    @Test func `AG 171: hundreds of states reach every client in order, in the envelope of a replaced broadcast`()
        throws
    {
        let site = try GeneratorSite()
        let id = try site.begun()
        let sockets = [try site.connected(id), try site.connected(id)]
        try site.send(sockets[0], #"{"type":"generate_all"}"#)
        try site.host.advance(by: .seconds(90))
        // One at the beginning and the end, for each file one at its beginning and end, and one for each piece.
        let count = 2 + 10 * (2 + 20)
        let final = try site.state(id)
        for socket in sockets {
            let states = try socket.states()
            #expect(states.count == count)
            #expect(states.last == final)
            let sizes = states.map { $0.files.values.reduce(0) { $0 + $1.contents.utf8.count } }
            #expect(sizes == sizes.sorted())
        }
        #expect(final.phase == .complete && !final.shouldBeGenerating)
        #expect(final.files[GeneratorSite.files[9]]?.contents == GeneratorSite.pieces.joined())
        let ends = ["file_generating", "file_generated"]
        #expect(
            try sockets[1].types()
                == ["agent_connected", "generation_started"] + (0..<10).flatMap { _ in ends } + ["generation_complete"]
        )
    }

    @Test func `AG 173: messages are answered while files are written, and without sockets the work still ends`() throws
    {
        let site = try GeneratorSite()
        let id = try site.begun()
        let socket = try site.connected(id)
        try site.send(socket, #"{"type":"generate_all"}"#)
        try site.host.advance(by: .seconds(1))
        try site.send(socket, #"{"type":"session_init"}"#)
        #expect(try socket.types().last == "session_ready")
        try site.send(socket, #"{"type":"generate_all"}"#)
        #expect(try socket.types().last == "error")
        try socket.close(code: 1000)
        try site.host.advance(by: .seconds(30))
        let agent = site.agent(id)
        #expect(try site.host.run(advancesTime: false) { await isInMemory(agent) })
        #expect(try site.state(id).phase == .generating)
        try site.host.advance(by: .seconds(60))
        #expect(try site.host.run(advancesTime: false) { await isInMemory(agent) } == false)
        #expect(try site.state(id).phase == .complete)
        #expect(site.model.prompts == ["blueprint: a clock"] + GeneratorSite.files.map { "file: \($0)" })
    }

    @Test func `a generation that is stopped changes nothing more, and another begins with the file it was at`() throws
    {
        let site = try GeneratorSite()
        let id = try site.begun()
        let socket = try site.connected(id)
        try site.send(socket, #"{"type":"generate_all"}"#)
        try site.host.advance(by: .milliseconds(300 * 21 + 1000))
        try site.send(socket, #"{"type":"stop_generation"}"#)
        let stopped = try site.state(id)
        #expect(stopped.phase == .stopped)
        #expect(stopped.files.count { $0.value.isComplete } == 1)
        try site.host.advance(by: .seconds(20))
        #expect(try site.state(id) == stopped)
        #expect(try socket.types().last == "generation_stopped")
        try site.send(socket, #"{"type":"generate_all"}"#)
        try site.host.advance(by: .seconds(90))
        #expect(try site.state(id).phase == .complete)
        #expect(site.model.prompts.count { $0 == "file: src/0.ts" } == 1)
        #expect(site.model.prompts.count { $0 == "file: src/1.ts" } == 2)
    }

    @Test func `a host that ends while files are written goes on with them at the project's next event`() throws {
        let site = try GeneratorSite()
        let id = try site.begun()
        try site.send(try site.connected(id), #"{"type":"generate_all"}"#)
        try site.host.advance(by: .seconds(20))
        try site.host.restart()
        _ = try site.connected(id)
        try site.host.advance(by: .seconds(90))
        let state = try site.state(id)
        #expect(state.phase == .complete)
        #expect(state.files.values.allSatisfy { $0.contents == GeneratorSite.pieces.joined() })
        #expect(site.model.prompts.count == 12)
    }

    @Test func `a ticket opens one socket, once and in its time`() throws {
        let site = try GeneratorSite()
        let id = try site.begun()
        let ticket = try site.ticket(id)
        #expect(try site.socket(id, ticket: ticket).1 == 101)
        #expect(try site.socket(id, ticket: ticket).1 == 401)
        #expect(try site.socket(id, ticket: "none").1 == 401)
        let late = try site.ticket(id)
        try site.host.advance(by: .seconds(16))
        #expect(try site.socket(id, ticket: late).1 == 401)
    }

    @Test func `AG 174: files come as bytes, and one project can take another's state`() throws {
        let site = try GeneratorSite()
        let id = try site.begun()
        try site.send(try site.connected(id), #"{"type":"generate_all"}"#)
        try site.host.advance(by: .seconds(90))
        let (agent, copy) = (site.agent(id), site.agent("copy"))
        let objects = try site.host.run { () -> [GitObject] in
            try await copy.adopt(try await agent.getFullState())
            return try await copy.exportGitObjects()
        }
        #expect(objects.map(\.path) == GeneratorSite.files)
        #expect(objects.allSatisfy { $0.data == Array(GeneratorSite.pieces.joined().utf8) })
        let response = try site.fetch("/api/agent/copy/files")
        let answer = try site.host.run { try await response.json().decode([GitObject].self) }
        #expect(answer == objects)
    }

    @Test func `a state that is too large is refused, and the clients are told`() throws {
        let site = try GeneratorSite()
        let id = try site.begun()
        let socket = try site.connected(id)
        var state = try site.state(id)
        state.files["huge"] = GeneratorState.File(contents: String(repeating: "x", count: 3 << 20), isComplete: true)
        let (agent, huge) = (site.agent(id), state)
        #expect(throws: (any Error).self) { try site.host.run { try await agent.adopt(huge) } }
        #expect(try socket.types().last == "error")
        try site.host.restart()
        #expect(try site.state(id).files.isEmpty)
    }
}
