/// The game alone: nine cells, filled in turns.
struct TicTacToe: Codable, Sendable, Equatable {
    /// A player's mark; X begins.
    enum Mark: String, Codable, Sendable {
        case x = "X"
        case o = "O"

        var other: Mark { self == .x ? .o : .x }
    }

    /// Why a move is not taken.
    enum Refusal: String, Error {
        case over = "The game is over."
        case turn = "It is not your turn."
        case cell = "There is no such cell."
        case taken = "The cell is taken."
    }

    private static let lines = [
        [0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6],
    ]

    private(set) var board = [Mark?](repeating: nil, count: 9)
    private(set) var turn = Mark.x

    var winner: Mark? {
        Self.lines.first { line in board[line[0]] != nil && line.allSatisfy { board[$0] == board[line[0]] } }
            .flatMap { board[$0[0]] }
    }

    var isOver: Bool { winner != nil || !board.contains(nil) }

    mutating func play(_ cell: Int, as mark: Mark) throws(Refusal) {
        if isOver { throw .over }
        if mark != turn { throw .turn }
        if !board.indices.contains(cell) { throw .cell }
        if board[cell] != nil { throw .taken }
        board[cell] = mark
        turn = mark.other
    }
}
