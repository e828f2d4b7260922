public import DurableActors
internal import Locks

/// A client of one agent: calls its methods, follows and sets its state, and comes back when the connection is lost.
///
/// ```swift
/// let client = AgentClient<Board>(AgentClientOptions(host: "localhost:8787", agent: "BoardAgent"), transport: transport)
/// let sum: Int = try await client.call("add", 1, 2)
/// ```
///
/// Connects from the start. What is sent while no socket is open waits, without limit, and goes out in order once one is.
/// After a loss it tries again for ever, until `close()` or until the agent turns it away by close code 1008 or
/// 4000 to 4999.
///
/// Isolation: usable from anywhere. `onEvent` is called by whichever thread made something happen, one event after the
/// other in their order, and must be short; it may call the client. A client that is let go closes.
public final class AgentClient<State: Codable & Sendable>: Sendable {
    typealias Machine = ClientMachine<State>

    struct Core {
        var machine: Machine
        var queue: [Machine.Action] = []
        var isPerforming = false
        var link: (any AgentLink)?
        var timers: [Machine.Timer: TimerToken] = [:]
        var callers: [String: @Sendable (CallOutcome) -> Void] = [:]
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiting = 0
    }

    /// The `_pk` of every connection of this client.
    public let connectionId: String
    let options: AgentClientOptions
    let transport: any AgentTransport
    private let onEvent: @Sendable (AgentClientEvent<State>) -> Void
    private let core: Mutex<Core>

    /// Begins to connect.
    public init(
        _ options: AgentClientOptions,
        transport: any AgentTransport,
        onEvent: @escaping @Sendable (AgentClientEvent<State>) -> Void = { _ in }
    ) {
        self.options = options
        self.transport = transport
        self.onEvent = onEvent
        connectionId = transport.world.random.uuid()
        core = Mutex(Core(machine: Machine(rule: options.reconnection, random: transport.world.random)))
        apply { $0.machine.reconnect() }
    }

    deinit {
        core.withLock { core in
            for timer in core.timers.values { timer.cancel() }
            core.link?.close(code: 1000, reason: "")
        }
    }

    /// The state as last set by this client or received; nil while there is none.
    public var state: State? { core.withLock { $0.machine.state } }

    /// Who the agent has said it is, on this connection or an earlier one.
    public var identity: AgentIdentity? { core.withLock { $0.machine.identity } }

    /// Whether the agent has said who it is on the connection there is.
    public var isIdentified: Bool { core.withLock { $0.machine.isIdentified } }

    /// Why the client was turned away for good; nil when it was not.
    public var connectionError: AgentConnectionError? { core.withLock { $0.machine.connectionError } }

    /// Waits until the agent has said who it is, over as many attempts as it takes.
    ///
    /// Throws when the client ends, or the task is cancelled. An agent that does not send its identity is never ready.
    public func ready() async throws {
        let number = core.withLock { core in
            core.nextWaiting += 1
            return core.nextWaiting
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = core.withLock { core -> Result<Void, any Error>? in
                    if core.machine.isIdentified { return .success(()) }
                    if core.machine.phase == .ended { return .failure(AgentClientError.connectionClosed) }
                    core.waiting[number] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
                if Task.isCancelled { cancelWaiting(number) }
            }
        } onCancel: {
            cancelWaiting(number)
        }
    }

    private func cancelWaiting(_ number: Int) {
        core.withLock { $0.waiting.removeValue(forKey: number) }?.resume(throwing: CancellationError())
    }

    /// Sets the state: the client's own copy at once, the agent's when it has arrived; there is no answer to it.
    ///
    /// A refusal comes as the event `stateRefused`. A state set before the socket is open reaches the agent after it has
    /// sent its own, which then is what this client shows. Throws when the client has ended.
    public func setState(_ state: State) throws {
        let value = try JSONValue(encoding: state)
        try applyUnlessEnded { $0.set(state, value) }
    }

    /// Sends a message that is not of the protocol, now or once a socket is open; throws when the client has ended.
    public func send(_ message: WebSocketMessage) throws { try applyUnlessEnded { $0.send(message) } }

    /// Leaves the connection and makes another at once; the way to come back after `close()` or after being turned away.
    ///
    /// Calls that were sent fail with `connectionClosed`; those that wait are sent on the new connection.
    public func reconnect() { apply { $0.machine.reconnect() } }

    /// Ends the client: every call fails with `connectionClosed` at once, then the close frame is sent.
    public func close(code: Int = 1000, reason: String = "") {
        apply { $0.machine.close(code: code, reason: reason) }
    }

    private func applyUnlessEnded(_ change: (inout Machine) -> [Machine.Action]?) throws {
        var hasEnded = false
        apply { core in
            guard let actions = change(&core.machine) else {
                hasEnded = true
                return []
            }
            return actions
        }
        if hasEnded { throw AgentClientError.connectionClosed }
    }

    // MARK: - Performing

    /// Changes the machine under the lock and performs what it asks for outside, in order.
    ///
    /// One thread at a time performs; what others, or what is performed, add meanwhile is performed after it.
    func apply(_ change: (inout Core) -> [Machine.Action]) {
        var batch = core.withLock { core -> [Machine.Action] in
            core.queue += change(&core)
            guard !core.isPerforming, !core.queue.isEmpty else { return [] }
            core.isPerforming = true
            return take(&core)
        }
        while !batch.isEmpty {
            for action in batch { perform(action) }
            batch = core.withLock { core in
                if core.queue.isEmpty { core.isPerforming = false }
                return take(&core)
            }
        }
    }

    private func take(_ core: inout Core) -> [Machine.Action] {
        defer { core.queue = [] }
        return core.queue
    }

    private func perform(_ action: Machine.Action) {
        switch action {
        case .prepare(let attempt): prepare(attempt)
        case .connect(let attempt, let address):
            let link = transport.connect(to: address, headers: options.headers) { [weak self] event in
                self?.apply { $0.machine.handle(event, of: attempt) }
            }
            core.withLock { $0.link = link }
        case .send(let message): core.withLock { $0.link }?.send(message)
        case .closeLink(let code, let reason): takeLink()?.close(code: code, reason: reason)
        case .dropLink: takeLink()?.drop()
        case .schedule(let timer, let milliseconds): schedule(timer, milliseconds)
        case .cancel(let timer): core.withLock { $0.timers.removeValue(forKey: timer) }?.cancel()
        case .tell(let event): onEvent(event)
        case .deliver(let id, let outcome):
            let caller = core.withLock { outcome.isEnd ? $0.callers.removeValue(forKey: id) : $0.callers[id] }
            caller?(outcome)
        case .ready(let result):
            let waiting = core.withLock { core in
                defer { core.waiting = [:] }
                return core.waiting.sorted { $0.key < $1.key }
            }
            for (_, continuation) in waiting { continuation.resume(with: result.mapError { $0 }) }
        }
    }

    private func takeLink() -> (any AgentLink)? {
        core.withLock { core in
            defer { core.link = nil }
            return core.link
        }
    }

    private func schedule(_ timer: Machine.Timer, _ milliseconds: Int64) {
        let due = transport.world.clock.uptimeNanoseconds + UInt64(max(milliseconds, 0)) * 1_000_000
        let token = transport.world.scheduler.schedule(atUptime: due) { [weak self] in
            self?.apply { core in
                core.timers[timer] = nil
                return core.machine.fired(timer)
            }
        }
        core.withLock { $0.timers[timer] = token }
    }

    private func prepare(_ attempt: Int) {
        let (options, id) = (options, connectionId)
        Task(executorPreference: transport.world.scheduler.taskExecutor) { [weak self] in
            let result: Result<AgentAddress, any Error>
            do {
                let query = try await options.query()
                result = .success(try AgentAddress(socketOf: options, connectionId: id, query: query))
            } catch {
                result = .failure(error)
            }
            self?.apply { $0.machine.prepared(attempt, result) }
        }
    }
}
