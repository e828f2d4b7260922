public import DurableActors

/// How `routeAgentRequest` routes.
public struct AgentRoutingOptions: Sendable {
    /// What a hook decides about a request before its agent sees it.
    public enum Decision: Sendable {
        /// Goes on.
        case proceed
        /// Goes on with another request.
        case replace(Request)
        /// Is answered at once.
        case answer(Response)
    }

    /// Which agent a request is for.
    public struct Target: Sendable {
        /// The binding of its class.
        public let className: String
        /// Its name, as it stands in the path.
        public let name: String
    }

    /// The first segments of the path.
    public var prefix = "agents"
    /// Headers for answers that are not upgrades; empty for none.
    public var cors = Headers()
    /// Asked before an upgrade.
    public var onBeforeConnect: @Sendable (Request, Target) async throws -> Decision = { _, _ in .proceed }
    /// Asked before any other request.
    public var onBeforeRequest: @Sendable (Request, Target) async throws -> Decision = { _, _ in .proceed }

    /// The defaults: prefix `agents`, no CORS, no hooks.
    public init() {}
}

extension DurableObjectRuntime {
    /// Routes `/{prefix}/{agent}/{name}/…` to that agent; nil when the path is not of this form.
    ///
    /// An unknown agent is answered with 400 `Invalid request`. The name is taken as it stands, not decoded.
    public func routeAgentRequest(
        _ request: Request,
        options: AgentRoutingOptions = AgentRoutingOptions()
    ) async throws -> Response? {
        let prefix = options.prefix.split(separator: "/").map(String.init)
        let segments = request.url.segments
        guard segments.starts(with: prefix), segments.count >= prefix.count + 2 else { return nil }
        guard let entry = AgentDirectory.of(core).agent(segment: segments[prefix.count]) else {
            return Response("Invalid request", status: 400)
        }
        let target = AgentRoutingOptions.Target(className: entry.bindingName, name: segments[prefix.count + 1])
        if request.method == "OPTIONS", !options.cors.isEmpty { return Response(headers: options.cors) }
        let decide = request.isWebSocketUpgrade ? options.onBeforeConnect : options.onBeforeRequest
        var response: Response
        switch try await decide(request, target) {
        case .proceed: response = try await entry.fetch(target.name, request)
        case .replace(let other): response = try await entry.fetch(target.name, other)
        case .answer(let answer): response = answer
        }
        if response.status != 101 {
            for (name, value) in options.cors { response.headers.set(name, value) }
        }
        return response
    }
}
