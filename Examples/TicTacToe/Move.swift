import DurableActors

/// What a player may ask for: `{"cell": 0…8}` or, once a game is over, `{"again": true}`.
enum Move {
    case play(Int)
    case again

    init(_ message: WebSocketMessage) throws(TicTacToe.Refusal) {
        // A text that is not JSON names no cell, and the player is told so.
        guard case .text(let text) = message, let data = try? JSON.parse(text) else { throw .cell }
        if data["again"]?.bool == true {
            self = .again
        } else if let cell = data["cell"]?.int {
            self = .play(cell)
        } else {
            throw .cell
        }
    }
}
