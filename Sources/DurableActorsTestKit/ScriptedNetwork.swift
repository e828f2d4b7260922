public import DurableActors
internal import Locks

/// The other servers of a simulated world: they answer as a test has them answer, and remember what they were asked.
///
/// An answer may take virtual time (`world.sleep`), throw (`DurableObjectError.connectionLost`), or never come
/// (`silence`). What nobody answers for is a connection that is lost.
///
/// ```swift
/// host.world.network.on("api.example.com") { request in
///     await host.world.sleep(milliseconds: 200)
///     return Response("hello")
/// }
/// ```
public final class ScriptedNetwork: Network {
    /// What answers requests.
    public typealias Handler = @Sendable (Request) async throws -> Response

    private struct State {
        var handlers: [String: Handler] = [:]
        var requests: [Request] = []
    }

    private let state = Mutex(State())

    init() {}

    /// Has a handler answer for a place: a host (`api.example.com`, with its port where it has one) or the beginning of an
    /// address (`https://api.example.com/v1`).
    ///
    /// The longest place that fits a request answers it; a second handler of a place takes the first one's.
    public func on(_ place: String, _ handler: @escaping Handler) {
        state.withLock { $0.handlers[place] = handler }
    }

    /// The requests that have left so far, in order, each hop of a redirect being one.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Never returns: for a server that is reached and says nothing.
    ///
    /// Throws when its caller is cancelled.
    public static func silence() async throws -> Never {
        let (pieces, _) = ByteStream.make()
        for try await _ in pieces {}
        throw CancellationError()
    }

    /// Answers by the handler of the request's place.
    public func exchange(_ request: Request) async throws -> Response {
        let address = "\(request.url)"
        let handler = state.withLock { state in
            state.requests.append(request)
            let places = state.handlers.keys.filter { $0 == request.url.host || address.hasPrefix($0) }
            return places.max { $0.utf8.count < $1.utf8.count }.flatMap { state.handlers[$0] }
        }
        guard let handler else { throw DurableObjectError.connectionLost("Nobody answers for \(request.url.host).") }
        let response = try await handler(request)
        try Task.checkCancellation()
        return response
    }
}
