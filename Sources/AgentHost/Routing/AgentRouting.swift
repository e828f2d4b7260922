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
        /// Its name, as it stands in the path: not decoded.
        public let name: String
        /// The binding as it stands in the path.
        public let party: String
    }

    /// What browsers of other origins are told.
    public enum CORS: Sendable {
        /// That any of them may.
        case any
        /// These headers.
        case headers(Headers)

        var headers: Headers {
            switch self {
            case .headers(let headers): headers
            case .any:
                Headers([
                    ("Access-Control-Allow-Origin", "*"),
                    ("Access-Control-Allow-Methods", "GET, POST, HEAD, OPTIONS"),
                    ("Access-Control-Allow-Headers", "*"),
                    ("Access-Control-Max-Age", "86400"),
                ])
            }
        }
    }

    /// The first segments of the path.
    public var prefix: String
    /// What is set on every answer of a matched route that is no upgrade; nil for nothing.
    ///
    /// With it `OPTIONS` of a matched route is answered at once.
    public var cors: CORS?
    /// What `onStart` gets if the request starts the agent.
    public var props: JSONValue?
    /// Whether a passing trouble of the runtime is tried again, up to three times.
    public var routingRetry: Bool
    /// Asked before an upgrade.
    public var onBeforeConnect: @Sendable (Request, Target) async throws -> Decision
    /// Asked before any other request.
    public var onBeforeRequest: @Sendable (Request, Target) async throws -> Decision

    /// Makes options; what is left out is as in the SDK.
    public init(
        prefix: String = "agents",
        cors: CORS? = nil,
        props: JSONValue? = nil,
        routingRetry: Bool = true,
        onBeforeConnect: @escaping @Sendable (Request, Target) async throws -> Decision = { _, _ in .proceed },
        onBeforeRequest: @escaping @Sendable (Request, Target) async throws -> Decision = { _, _ in .proceed }
    ) {
        self.prefix = prefix
        self.cors = cors
        self.props = props
        self.routingRetry = routingRetry
        self.onBeforeConnect = onBeforeConnect
        self.onBeforeRequest = onBeforeRequest
    }
}

extension DurableObjectRuntime {
    /// Headers by which the SDK's parts tell each other something; none is taken from outside.
    private static let internalHeaders = [
        "x-agents-lifecycle-props", "x-cf-agents-subagent-url", "x-partykit-room", "x-partykit-namespace",
        "x-partykit-jurisdiction", "x-partykit-props",
    ]

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
        let party = segments[prefix.count]
        guard let entry = AgentDirectory.of(core).agent(segment: party) else {
            core.log.error("No agent is bound as \(party).")
            return Response("Invalid request", status: 400)
        }
        let cors = options.cors?.headers
        if request.method == "OPTIONS", let cors { return Response(headers: cors) }
        var request = request
        for name in Self.internalHeaders { request.headers.delete(name) }
        let target = AgentRoutingOptions.Target(
            className: entry.bindingName,
            name: segments[prefix.count + 1],
            party: party
        )
        var response = try await answer(request, entry, target, options)
        if response.status != 101, let cors {
            for (name, value) in cors { response.headers.set(name, value) }
        }
        return response
    }

    private func answer(
        _ request: Request,
        _ entry: AgentDirectory.Entry,
        _ target: AgentRoutingOptions.Target,
        _ options: AgentRoutingOptions
    ) async throws -> Response {
        let decide = request.isWebSocketUpgrade ? options.onBeforeConnect : options.onBeforeRequest
        let admitted: Request
        switch try await decide(request, target) {
        case .proceed: admitted = request
        case .replace(let other): admitted = other
        case .answer(let answer): return answer
        }
        return try await RoutingRetry(world: world, isOn: options.routingRetry && !admitted.isStreamed).run {
            try await entry.fetch(target.name, admitted, options.props)
        }
    }
}

extension Request {
    /// Whether its content can be read only once.
    fileprivate var isStreamed: Bool { if case .stream = body { true } else { false } }
}
