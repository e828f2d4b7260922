internal import Distributed
public import DurableActors

extension Agent {
    /// Starts the agent, once in each life: no event enters before `onStart` has ended.
    ///
    /// Events that are in already wait for the same start. When it throws, they all get the error and the next event
    /// tries again.
    func ensureStarted() async throws {
        switch core.phase {
        case .started: return
        case .starting(var waiting):
            try await withCheckedThrowingContinuation { continuation in
                waiting.append(continuation)
                core.phase = .starting(waiting)
            }
        case .cold:
            core.phase = .starting([])
            let failure: (any Error)?
            do {
                failure = try await ctx.blockConcurrencyWhile { [self] in await whenLocal { await $0.start() } ?? nil }
            } catch {
                failure = error
            }
            // Not in the section: who began the start goes on first, then who waited, then who was kept out.
            finishStart(failure)
            if let failure { throw failure }
        }
    }

    /// What stops the start, which then leaves the object as it is: a throw of the section itself would reset it.
    private func start() async -> (any Error)? {
        do {
            try prepareTables()
            try broadcastProtocol(Frames.mcpServers)
            try warnOfLostBindings()
            try redeliverWorkflows()
            core.warnedCallbacks = []
            core.isInOnStart = true
            defer { core.isInOnStart = false }
            try await entering { try await guarded { try await onStart(core.props) } }
            return nil
        } catch let silenced as SilencedError {
            return silenced.cause
        } catch {
            return error
        }
    }

    private func finishStart(_ failure: (any Error)?) {
        guard case .starting(let waiting) = core.phase else { return }
        core.phase = failure == nil ? .started : .cold
        for continuation in waiting {
            if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
        }
    }

    /// What `super.fetch(request)` is in TypeScript: starts the agent, then serves upgrades as connections and the rest
    /// by `onRequest`.
    ///
    /// A throw is answered with 500 and the error's text; one that `onError` has taken without throwing reaches the
    /// caller instead.
    public func defaultFetch(_ request: Request) async throws -> Response {
        do {
            if request.isWebSocketUpgrade { return try await connect(request) }
            try await ensureStarted()
            return try await entering(request: request) { try await guarded { try await onRequest(request) } }
        } catch let silenced as SilencedError {
            throw silenced.cause
        } catch {
            if ctx.incarnation.death != nil { throw error }
            log.error("\(Self.className) \(name) could not answer: \(error)")
            return Response(String(describing: error), status: 500)
        }
    }
}

/// A stub of the agent with a name, once it has started; the name is taken as it is.
///
/// `props` reach `onStart` if this starts the agent. Throws what the start throws. A passing trouble of the runtime is
/// tried again up to three times, unless `routingRetry` is false.
public func getAgentByName<Subject: Agent>(
    _ namespace: DurableObjectNamespace<Subject>,
    _ name: String,
    props: JSONValue? = nil,
    locationHint: DurableObjectLocationHint? = nil,
    routingRetry: Bool = true
) async throws -> Subject {
    try await RoutingRetry(world: namespace.host.world, isOn: routingRetry).run {
        let agent = namespace.getByName(name, locationHint: locationHint)
        try await agent.id.cell.here {
            try await agent.enter { try await $0.startForNode(props) }
        } elsewhere: {
            try await agent.startForNode(props)
        }
        return agent
    }
}
