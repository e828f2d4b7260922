import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AgentConnectionTests {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func inside<Result: Sendable>(
        _ body: @escaping @Sendable (isolated Counter, DurableObjectState) async throws -> Result
    ) throws -> Result {
        try site.run { try await runInDurableObject(self.site.bindings.counters.getByName("r"), body) }
    }

    @Test func `a connection knows its agent's name, its address, its id and tags`() throws {
        _ = try site.connected("/agents/counter/r/x?_pk=a&tags=t&q=%20")
        let known = try inside { counter, _ in
            let connection = try counter.getConnection("a")
            return [connection?.server, connection?.uri] + (connection?.tags ?? [])
        }
        #expect(known == ["r", "http://host/agents/counter/r/x?_pk=a&tags=t&q=%20", "a", "t"])
    }

    @Test func `one connection of an id is found, none is nil, and of several it is told`() throws {
        _ = try site.connected("/agents/counter/r?_pk=a")
        #expect(try inside { counter, _ in try counter.getConnection("b") == nil })
        _ = try site.connected("/agents/counter/r?_pk=a")
        let text = try inside { counter, _ in
            do {
                return try counter.getConnection("a")?.id ?? "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            text == "More than one connection found for id a. Did you mean to use getConnections(tag) instead?"
        )
    }

    @Test func `a broadcast leaves out the ids it is told, text and bytes alike`() throws {
        let clients = try ["a", "b"].map { try site.connected("/agents/counter/r?_pk=\($0)") }
        try inside { counter, _ in
            try counter.broadcast("all")
            try counter.broadcast("some", without: ["a"])
            try counter.broadcast([7], without: ["b"])
        }
        #expect(clients.map(\.texts) == [["all"], ["all", "some"]])
        #expect(clients.map { $0.socket.messages.last == .binary([7]) } == [true, false])
    }

    @Test func `what is kept with a connection is bounded, and what is too large changes nothing`() throws {
        _ = try site.connected("/agents/counter/r?_pk=a")
        let state = try inside { counter, _ in
            let connection = try counter.getConnection("a")
            try connection?.setState(["small": 1])
            do {
                try connection?.setState(["large": .string(String(repeating: "x", count: 16_384))])
                return nil as JSONValue?
            } catch {
                return connection?.state
            }
        }
        #expect(state == ["small": 1])
    }

    @Test func `a connection's state is replaced, read as a type, and gone with null`() throws {
        struct Seat: Codable, Sendable, Equatable {
            var row: Int
        }
        _ = try site.connected("/agents/counter/r?_pk=a")
        let states = try inside { counter, _ in
            let connection = try #require(try counter.getConnection("a"))
            try connection.setState(Seat(row: 3))
            let seat = try connection.state(as: Seat.self)
            let gone = try connection.setState(nil)
            return (seat, gone, connection.state, try connection.setState(["_cf_readonly": true]))
        }
        #expect(states.0 == Seat(row: 3))
        #expect(states.1 == nil && states.2 == nil && states.3 == nil)
    }

    @Test func `a closed connection takes nothing more and is not listed`() throws {
        _ = try site.connected("/agents/counter/r?_pk=a")
        let (text, ids) = try inside { counter, _ in
            let connection = try #require(try counter.getConnection("a"))
            try connection.close(code: 4000, reason: "enough")
            do {
                try connection.send("more")
                return ("sent", try counter.getConnections().map(\.id))
            } catch {
                return ("\(error)", try counter.getConnections().map(\.id))
            }
        }
        #expect(text == "Can't call WebSocket send() after close().")
        #expect(ids == [])
    }

    @Test func `a state that is too large for the database is an SqlError`() throws {
        let plain = site.bindings.plains
        #expect(throws: SqlError.self) {
            try site.run { try await plain.getByName("p").keep(.string(String(repeating: "x", count: 3 << 20))) }
        }
    }

    @Test func `a client's state that is too large for the database is refused, and the last one stays`() throws {
        let client = try site.connected("/agents/plain-object/p")
        try client.send(#"{"type":"cf_agent_state","state":1}"#)
        try client.send(#"{"type":"cf_agent_state","state":"\#(String(repeating: "x", count: 3 << 20))"}"#)
        #expect(client.texts == [#"{"type":"cf_agent_state_error","error":"State update rejected"}"#])
        #expect(try site.run { try await self.site.bindings.plains.getByName("p").kept() } == 1)
        #expect(try site.open("/agents/plain-object/p").texts.first == #"{"state":1,"type":"cf_agent_state"}"#)
    }
}
