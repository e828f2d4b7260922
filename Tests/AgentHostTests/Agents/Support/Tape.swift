import AgentHost
import DurableActors
import Locks

/// What agents under test have done, in order, across their lives.
final class Tape: Sendable, AgentObservability {
    private let state = Mutex((lines: [String](), events: [AgentEvent]()))

    var lines: [String] { state.withLock { $0.lines } }
    var events: [AgentEvent] { state.withLock { $0.events } }

    func note(_ line: String) { state.withLock { $0.lines.append(line) } }
    func count(_ line: String) -> Int { lines.count { $0 == line } }
    func clear() { state.withLock { $0 = ([], []) } }

    func emit(_ event: AgentEvent) { state.withLock { $0.events.append(event) } }
    func events(_ type: String) -> [JSONValue] { events.filter { $0.type == type }.map { .object($0.payload) } }
}

/// A thrown text, which stays what it is between nodes.
struct Failure: Error, Codable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
