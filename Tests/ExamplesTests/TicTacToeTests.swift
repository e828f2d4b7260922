import DurableActors
import DurableActorsTestKit
import Testing

@testable import Examples

@Suite struct TicTacToeTests {
    private typealias Host = SimulatedHost<DurableObjectNamespace<GameRoom>>

    private func enter(_ host: Host, _ player: String) throws -> TestSocket {
        try host.run {
            try await TestSocket.connect(to: host.bindings.getByName("table"), "http://x/?player=\(player)")
        }
    }

    private func play(_ host: Host, _ socket: TestSocket, _ text: String) throws -> JSONValue {
        try socket.send(text)
        try host.settle()
        return try JSON.parse(socket.texts.last ?? "")
    }

    private func play(_ host: Host, _ socket: TestSocket, _ cell: Int) throws -> JSONValue {
        try play(host, socket, #"{"cell":\#(cell)}"#)
    }

    @Test func `two players play to a win, a third watches, and all see every move`() throws {
        let host = try host(of: GameRoom.self, NoEnv())
        let (ada, bob, eve) = (try enter(host, "ada"), try enter(host, "bob"), try enter(host, "eve"))
        let seats = [ada, bob, eve].map { $0.texts.first }
        #expect(seats == [#"{"you":"X"}"#, #"{"you":"O"}"#, #"{"you":"watching"}"#])
        for (player, cell) in [(ada, 0), (bob, 3), (ada, 1), (bob, 4)] {
            #expect(try play(host, player, cell)["winner"] == nil)
        }
        let last = try play(host, ada, 2)
        #expect(last["board"] == ["X", "X", "X", "O", "O", nil, nil, nil, nil])
        #expect(last["winner"] == "X")
        #expect(last["isOver"] == true)
        #expect(eve.texts.count == 7)
        #expect(eve.texts.dropFirst() == ada.texts.dropFirst())
        #expect(try play(host, bob, 5) == ["error": "The game is over."])
        #expect(try play(host, bob, #"{"again":true}"#)["isOver"] == false)
    }

    @Test func `a game goes on after eviction between moves, and after a restart for players who come again`() throws {
        let host = try host(of: GameRoom.self, NoEnv())
        let (ada, bob) = (try enter(host, "ada"), try enter(host, "bob"))
        #expect(try play(host, ada, 4)["turn"] == "O")
        try host.run { try await evictDurableObject(host.bindings.getByName("table")) }
        #expect(try play(host, bob, 0)["turn"] == "X")
        #expect(ada.texts.last == bob.texts.last)
        try host.restart()
        let again = try enter(host, "bob")
        #expect(again.texts.first == #"{"you":"O"}"#)
        #expect(again.texts.last == bob.texts.last)
        #expect(try play(host, enter(host, "ada"), 8)["board"] == ["O", nil, nil, nil, "X", nil, nil, nil, "X"])
    }

    @Test func `moves that are against the rules are refused and change nothing`() throws {
        let host = try host(of: GameRoom.self, NoEnv())
        let (ada, bob, eve) = (try enter(host, "ada"), try enter(host, "bob"), try enter(host, "eve"))
        #expect(try play(host, bob, 0) == ["error": "It is not your turn."])
        #expect(try play(host, eve, 0) == ["error": "It is not your turn."])
        let view = try play(host, ada, 0)
        #expect(try play(host, ada, 1) == ["error": "It is not your turn."])
        #expect(try play(host, bob, 0) == ["error": "The cell is taken."])
        for text in [#"{"cell":9}"#, #"{"cell":-1}"#, #"{"cell":"0"}"#, "{}", "{"] {
            #expect(try play(host, bob, text) == ["error": "There is no such cell."])
        }
        #expect(try play(host, bob, #"{"again":true}"#) == view)
    }

    @Test func `a request without a player or without an upgrade takes no seat`() throws {
        let host = try host(of: GameRoom.self, NoEnv())
        let statuses = try host.run {
            let room = host.bindings.getByName("table")
            let upgrade: Headers = ["upgrade": "websocket"]
            return [
                try await room.fetch(Request("/?player=mallory")).status,
                try await room.fetch(Request("/", headers: upgrade)).status,
                try await room.fetch(Request("/?player=", headers: upgrade)).status,
            ]
        }
        #expect(statuses == [426, 400, 400])
        #expect(try enter(host, "ada").texts.first == #"{"you":"X"}"#)
    }

    @Test func `a full board without a line is over and nobody has won`() throws {
        var game = TicTacToe()
        for cell in [0, 1, 2, 4, 3, 5, 7, 6, 8] { try game.play(cell, as: game.turn) }
        #expect(game.isOver)
        #expect(game.winner == nil)
    }
}
