/// The way out of a process to other servers: one exchange at a time, as it is.
///
/// A world has one. Redirects, gates and what may be asked for at all are `Fetcher`'s business.
public protocol Network: Sendable {
    /// Sends a request to where its address says and returns the answer once its head has come.
    ///
    /// A redirect is an answer like any other. Called in the task that wants the answer; when that is cancelled, throws
    /// `CancellationError` as soon as it can. Throws `DurableObjectError.connectionLost` where no answer comes.
    func exchange(_ request: Request) async throws -> Response
}

extension DurableObjectError {
    /// A server that could not be reached, or a connection that ended too early.
    ///
    /// The object that asked goes on as before, and may ask again.
    public static func connectionLost(_ why: String) -> DurableObjectError {
        DurableObjectError(.disconnected, "Network connection lost. \(why)", retryable: true)
    }
}

/// The network of a world that was given none.
struct NoNetwork: Network {
    func exchange(_ request: Request) async throws -> Response {
        throw DurableObjectError(.unsupported, "This world was made without a network.")
    }
}
