/// One line from a client to the supervisor.
///
/// Which fields an operation needs is checked by the supervisor; every operation may be repeated without harm, which
/// is what lets a client send its unanswered requests again over a new connection.
package struct SupervisorRequest: Codable, Sendable, Equatable {
    package enum Operation: String, Codable, Sendable {
        case hello, spawn, start, get, list, kill, read, cancel, destroy, isolation
    }

    /// The version of the protocol, exchanged by `hello`.
    package static let protocolVersion = 1

    /// Chosen by the client; the answer carries it.
    ///
    /// For `cancel`, the request to forget.
    package var id: Int
    package var op: Operation
    package var version: Int?
    package var sandbox: String?
    package var process: String?
    package var command: String?
    package var signal: ProcessSignal?
    package var offset: Int?
    package var sandboxOptions: SandboxOptions?
    package var processOptions: ProcessOptions?

    package init(_ op: Operation, id: Int = 0, sandbox: String? = nil, process: String? = nil) {
        self.op = op
        self.id = id
        self.sandbox = sandbox
        self.process = process
    }
}
