extension DurableObjectState {
    /// Asks another server, as the global `fetch` does on Cloudflare; see `Fetcher.fetch`.
    ///
    /// It is a member of `ctx` because a plain `fetch` inside an object is the object's own method.
    public func fetch(_ request: Request) async throws -> Response {
        try incarnation.check()
        return try await fetcher.fetch(request)
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

    private var fetcher: Fetcher {
        Fetcher(network: incarnation.cell.host.world.network, asking: incarnation)
    }
}
