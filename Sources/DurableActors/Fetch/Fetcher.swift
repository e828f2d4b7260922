/// What `fetch` is asked of: the world's network behind the gates of whichever object asks.
///
/// An object asks through `ctx.fetch`, which is one of these. Code that is handed one, by an object's environment or in
/// a program, need not know where it runs: a task of an object waits at that object's gates, any other at none.
public struct Fetcher: Sendable {
    private let network: any Network
    /// The object that asks; nil for whichever the current task works for.
    private let asking: Incarnation?

    init(network: any Network, asking: Incarnation? = nil) {
        self.network = network
        self.asking = asking
    }

    /// Sends a request and returns the answer once its head has come; the body may still be coming.
    ///
    /// From an object it leaves once all that was written before is durable, and while a critical section runs that the
    /// caller is not in, the answer waits for its end. Other events may run meanwhile. Redirects are followed, at most
    /// 20, unless the request says `.manual`. Throws for an address that is not `http` or `https`, for an upgrade, and
    /// `DurableObjectError.connectionLost` where no answer comes; none of that resets the object. Cancelling the task
    /// ends the exchange with `CancellationError`.
    public func fetch(_ request: Request) async throws -> Response {
        try Self.check(request)
        let origin = asking ?? CurrentObject.incarnation
        try await origin?.passOutputGate()
        do {
            // The network is outside: what it does is nobody's work.
            let response = try await CurrentObject.$incarnation.withValue(nil) { try await follow(request) }
            try await origin?.comeBack()
            return response
        } catch {
            try await origin?.comeBack()
            throw error
        }
    }

    /// Makes a request and sends it, as `fetch(_:)` does.
    public func fetch(
        _ url: String,
        method: String = "GET",
        headers: Headers = Headers(),
        body: Body? = nil,
        redirect: Redirect = .follow
    ) async throws -> Response {
        try await fetch(Request(url, method: method, headers: headers, body: body, redirect: redirect))
    }

    private func follow(_ request: Request) async throws -> Response {
        var request = request
        var hops = 0
        while true {
            try Task.checkCancellation()
            let response = try await network.exchange(request)
            guard let next = try request.redirected(by: response, hops: hops) else { return response }
            try Self.check(next)
            request = next
            hops += 1
        }
    }

    private static func check(_ request: Request) throws(DurableObjectError) {
        guard ["http", "https"].contains(request.url.scheme), !request.url.host.isEmpty else {
            throw .typeError("Fetch API cannot load: \(request.url)")
        }
        if request.headers.has("upgrade") {
            throw DurableObjectError(
                .unsupported,
                "fetch() does not open WebSockets to other servers: a request to upgrade cannot be sent."
            )
        }
    }
}
