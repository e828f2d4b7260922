import DurableActorsTestKit
import Locks

@testable import Examples

/// A model whose answers are written beforehand, a piece at a time on the world's clock.
final class ScriptedModel: ModelServer {
    private let script: @Sendable (String) -> [String]
    private let milliseconds: Int64
    private let world = Mutex<SimulatedWorld?>(nil)
    private let asked = Mutex<[String]>([])

    /// `milliseconds` pass before each piece.
    init(milliseconds: Int64, _ script: @escaping @Sendable (String) -> [String]) {
        self.milliseconds = milliseconds
        self.script = script
    }

    /// What it was asked, in order.
    var prompts: [String] { asked.withLock { $0 } }

    func enter(_ world: SimulatedWorld) { self.world.withLock { $0 = world } }

    func complete(_ prompt: String) -> any ModelAnswer {
        asked.withLock { $0.append(prompt) }
        return Answer(script(prompt), milliseconds, world.withLock { $0 })
    }

    private final class Answer: ModelAnswer {
        private let rest: Mutex<[String]?>
        private let milliseconds: Int64
        private let world: SimulatedWorld?

        init(_ pieces: [String], _ milliseconds: Int64, _ world: SimulatedWorld?) {
            rest = Mutex(pieces)
            self.milliseconds = milliseconds
            self.world = world
        }

        func next() async throws -> String? {
            await world?.sleep(milliseconds: milliseconds)
            return try rest.withLock { rest in
                guard let pieces = rest else { throw CancellationError() }
                guard let piece = pieces.first else { return nil }
                if piece == "!" { throw GeneratorRefusal("The model is out of order") }
                rest = Array(pieces.dropFirst())
                return piece
            }
        }

        func cancel() { rest.withLock { $0 = nil } }
    }
}
