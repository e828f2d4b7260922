import Sandbox

/// One client of the supervisor: its unread and its unsent bytes.
final class ClientConnection {
    let descriptor: Descriptor
    private var framer = LineFramer()
    private var outgoing: [UInt8] = []
    /// Whether the handshake has succeeded.
    var greeted = false
    /// Whether the connection ends once everything is sent.
    private(set) var ending = false
    /// Whether the connection is of no more use.
    private(set) var lost = false
    /// How many answers wait for output.
    var waits = 0
    /// Whether an answer was held back because too much was unsent.
    var heldBack = false

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// Whether the client must read before it is served further.
    var isFull: Bool { outgoing.count > SandboxLimits.queuedBytes }
    var wantsToRead: Bool { !ending && !isFull }
    var wantsToWrite: Bool { !outgoing.isEmpty }
    var isOver: Bool { lost || (ending && outgoing.isEmpty) }

    /// The lines that have arrived; an oversized one ends the connection with an answer that says so.
    func receive() -> [[UInt8]] {
        do {
            switch try descriptor.read() {
            case .bytes(let bytes): return try framer.feed(bytes)
            case .nothingYet: return []
            case .end: lost = true
            }
        } catch is LineFramer.LineTooLong {
            var answer = SupervisorResponse()
            answer.error = SandboxError(
                .invalidRequest,
                "A line may have at most \(SandboxLimits.lineBytes) bytes."
            )
            send(answer)
            end()
        } catch {
            lost = true
        }
        return []
    }

    func send(_ response: SupervisorResponse) {
        do {
            outgoing.append(contentsOf: try WireCoding.line(response))
        } catch {
            Log.write("an answer was lost: \(error)")
            lost = true
        }
    }

    func end() {
        ending = true
    }

    /// Sends as much as the client takes.
    func flush() {
        do {
            outgoing.removeFirst(try descriptor.send(outgoing[...]))
        } catch {
            lost = true
        }
    }
}
