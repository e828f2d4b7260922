package import FoundationEssentials

/// One line from the supervisor to a client: the answer to the request of the same id.
///
/// A `read` is answered only once there is output at its offset or the process has ended, which is how output
/// reaches clients as it arrives.
package struct SupervisorResponse: Codable, Sendable, Equatable {
    /// Output bytes; base64 on the wire, since commands may write anything.
    package struct Piece: Codable, Sendable, Equatable {
        package var offset: Int
        package var data: Data
        package var stream: ProcessStream

        package init(offset: Int, data: Data, stream: ProcessStream) {
            self.offset = offset
            self.data = data
            self.stream = stream
        }
    }

    /// The id of the request, or -1 when the request could not be read.
    package var id: Int
    package var error: SandboxError?
    package var version: Int?
    package var supervisor: Int32?
    package var sandbox: SandboxRecord?
    package var process: ProcessRecord?
    package var processes: [ProcessRecord]?
    package var piece: Piece?
    package var isolation: [IsolationAspect]?

    package init(id: Int = -1) {
        self.id = id
    }
}
