import Distributed
import DurableActors

/// What a client is told of a game after every move.
struct GameView: Codable, Sendable, Equatable {
    let board: [TicTacToe.Mark?]
    let turn: TicTacToe.Mark
    let winner: TicTacToe.Mark?
    let isOver: Bool
}

/// One game: the first two players to come sit down, whoever comes later watches.
///
/// Game and seats are in storage and each socket's mark is its tag, so nothing is lost when the room sleeps between two
/// moves. A player who comes again, by the same name, has the same seat.
distributed actor GameRoom: DurableObject {
    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: NoEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        guard request.isWebSocketUpgrade else { return Response("Expected a WebSocket", status: 426) }
        guard let player = request.url.searchParameter("player"), !player.isEmpty else {
            return Response("Say who you are: ?player=…", status: 400)
        }
        let mark = try await seat(of: player)
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server, tags: mark.map { [$0.rawValue] } ?? [])
        try pair.server.send(JSON.stringify(["you": mark?.rawValue ?? "watching"]))
        try pair.server.send(view(of: try await game()))
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        var game = try await game()
        do {
            guard let mark = try ctx.getTags(socket).first.flatMap(TicTacToe.Mark.init) else { throw Refusal.turn }
            switch try Move(message) {
            case .play(let cell): try game.play(cell, as: mark)
            case .again: if game.isOver { game = TicTacToe() }
            }
        } catch let refusal as Refusal {
            return try socket.send(JSON.stringify(["error": refusal.rawValue]))
        }
        try await ctx.storage.put("game", game)
        let view = try view(of: game)
        for socket in try ctx.getWebSockets() { try socket.send(view) }
    }

    private typealias Refusal = TicTacToe.Refusal

    private func game() async throws -> TicTacToe { try await ctx.storage.get("game") ?? TicTacToe() }

    private func view(of game: TicTacToe) throws -> String {
        try JSON.stringify(
            GameView(board: game.board, turn: game.turn, winner: game.winner, isOver: game.isOver)
        )
    }

    private func seat(of player: String) async throws -> TicTacToe.Mark? {
        var seats: [String] = try await ctx.storage.get("seats") ?? []
        if !seats.contains(player), seats.count < 2 {
            seats.append(player)
            try await ctx.storage.put("seats", seats)
        }
        return seats.firstIndex(of: player).map { $0 == 0 ? .x : .o }
    }
}
