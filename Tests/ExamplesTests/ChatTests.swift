import DurableActors
import DurableActorsTestKit
import Testing

@testable import Examples

@Suite struct ChatTests {
    private typealias Host = SimulatedHost<ChatDoor>

    private func chat(seed: UInt64 = 1) throws -> Host {
        try SimulatedHost(seed: seed) { runtime in
            let door = try ChatDoor(registeredIn: runtime)
            try runtime.start(environment: NoEnv())
            return door
        }
    }

    /// A client in the room who has said its name.
    private func enter(_ host: Host, _ name: String, from address: String? = nil) throws -> TestSocket {
        let socket = try host.run {
            try await TestSocket.connect(
                to: host.bindings.rooms.getByName("lounge"),
                headers: ["cf-connecting-ip": address ?? "address of \(name)"]
            )
        }
        try say(host, socket, #"{"name":"\#(name)"}"#)
        return socket
    }

    private func say(_ host: Host, _ socket: TestSocket, _ texts: String...) throws {
        for text in texts {
            try socket.send(text)
            try host.settle()
        }
    }

    private func evict(_ host: Host) throws {
        try host.run { try await evictDurableObject(host.bindings.rooms.getByName("lounge")) }
    }

    @Test func `members hear each other come, talk and go`() throws {
        let host = try chat()
        let ada = try enter(host, "ada")
        let bob = try enter(host, "bob")
        try say(host, ada, #"{"message":"hello"}"#)
        let time = host.world.clock.nowMilliseconds
        let hello = #"{"name":"ada","message":"hello","timestamp":\#(time)}"#
        try bob.close(code: 1000, reason: "bye")
        try host.settle()
        #expect(
            ada.texts == [#"{"joined":"ada"}"#, #"{"ready":true}"#, #"{"joined":"bob"}"#, hello, #"{"quit":"bob"}"#]
        )
        #expect(bob.texts == [#"{"joined":"ada"}"#, #"{"joined":"bob"}"#, #"{"ready":true}"#, hello])
        #expect(bob.end == .closed(code: 1000, reason: "bye"))
    }

    @Test func `a room that was evicted knows its members by their sockets and its history by its storage`() throws {
        let host = try chat()
        let ada = try enter(host, "ada")
        try say(host, ada, #"{"message":"one"}"#, #"{"message":"two"}"#)
        try evict(host)
        try say(host, ada, #"{"message":"three"}"#)
        try evict(host)
        let bob = try enter(host, "bob")
        let time = host.world.clock.nowMilliseconds
        let history = ["one", "two", "three"].enumerated().map { number, text in
            #"{"name":"ada","message":"\#(text)","timestamp":\#(time + Int64(number))}"#
        }
        #expect(ada.texts == [#"{"joined":"ada"}"#, #"{"ready":true}"#] + history + [#"{"joined":"bob"}"#])
        #expect(bob.texts == [#"{"joined":"ada"}"#] + history + [#"{"joined":"bob"}"#, #"{"ready":true}"#])
    }

    @Test func `history survives a restart, and a new member hears the last hundred messages`() throws {
        let host = try chat()
        let ada = try enter(host, "ada")
        for number in 1...102 {
            try say(host, ada, #"{"message":"m\#(number)"}"#)
            try host.advance(by: .seconds(5))
        }
        try host.restart()
        let bob = try enter(host, "bob")
        #expect(bob.texts.count == 102)
        #expect(bob.texts.first?.contains(#""message":"m3""#) == true)
        #expect(bob.texts.dropLast(2).last?.contains(#""message":"m102""#) == true)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `members who talk at once are heard by all in one order, each message at a time of its own`(
        seed: UInt64
    ) throws {
        let host = try chat(seed: seed)
        let members = try ["ada", "bob", "eve"].map { try enter(host, $0) }
        for number in 1...4 { for member in members { try member.send(#"{"message":"m\#(number)"}"#) } }
        try host.settle()
        let heard = members.map { $0.texts.filter { $0.contains("timestamp") } }
        #expect(heard[0].count == 12)
        #expect(heard[0] == heard[1])
        #expect(heard[0] == heard[2])
        let times = try heard[0].compactMap { try JSON.parse($0)["timestamp"]?.int }
        #expect(times == Array(times[0]..<times[0] + 12))
    }

    @Test func `an address that talks too fast is told how long to wait, whatever its room or name`() throws {
        let host = try chat()
        let ada = try enter(host, "ada", from: "10.0.0.1")
        let eve = try enter(host, "eve", from: "10.0.0.1")
        let bob = try enter(host, "bob", from: "10.0.0.2")
        for _ in 1...4 { try say(host, ada, #"{"message":"spam"}"#) }
        try say(host, eve, #"{"message":"more"}"#)
        #expect(eve.texts.last == #"{"error":"Too fast: wait 5000 ms."}"#)
        try say(host, bob, #"{"message":"calm"}"#)
        #expect(bob.texts.last?.contains("calm") == true)
        try host.advance(by: .seconds(5))
        try say(host, eve, #"{"message":"more"}"#)
        #expect(bob.texts.last?.contains("more") == true)
    }

    @Test func `what is not understood is answered with an error and the socket goes on`() throws {
        let host = try chat()
        let ada = try host.run { try await TestSocket.connect(to: host.bindings.rooms.getByName("lounge")) }
        let long = String(repeating: "x", count: 257)
        try ada.send([1, 2, 3])
        try say(host, ada, "{", #"{"message":"early"}"#, #"{"name":7}"#, #"{"name":"\#(long)"}"#, #"{"name":"ada"}"#)
        try say(host, ada, #"{"message":"\#(long)"}"#, #"{"message":""}"#, "[]", #"{"message":"at last"}"#)
        let errors = ada.texts.filter { $0.contains("error") }.map { $0.dropFirst(10).dropLast(2) }
        #expect(
            errors == [
                "Only text is understood.", "That is not JSON.", "Say your name first.", "Say your name first.",
                "The name is too long.", "The message is too long.", "There is no message.", "There is no message.",
            ]
        )
        #expect(ada.texts.last?.contains("at last") == true)
        #expect(ada.end == nil)
    }

    @Test func `the door makes private rooms, finds rooms by name or id, and refuses the rest`() throws {
        let host = try chat()
        let answers = try host.run {
            let door = host.bindings
            let id = try await door.fetch(Request("/api/room", method: "POST")).text()
            var answers: [Int] = []
            for path in [
                "/api/room/\(id)/websocket", "/api/room/lounge/websocket",
                "/api/room/\(String(repeating: "z", count: 33))/websocket", "/api/room/lounge", "/api/room", "/",
            ] {
                answers.append(try await door.fetch(Request(path, headers: ["upgrade": "websocket"])).status)
            }
            return answers + [try await door.fetch(Request("/api/room/lounge/websocket")).status]
        }
        #expect(answers == [101, 101, 404, 404, 404, 404, 426])
    }
}
