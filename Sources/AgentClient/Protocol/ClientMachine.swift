internal import DurableActors

/// What a client does, as a value: takes what happened and returns what is to be done, in order.
///
/// An attempt has a number; what comes of an earlier one than the current is ignored, and so are timers of the past.
struct ClientMachine<State: Codable & Sendable> {
    enum Timer: Hashable {
        /// The attempt takes too long.
        case attempt(Int)
        /// The wait before the next attempt is over.
        case retry(Int)
        /// The socket has been open long enough to count as a success.
        case steady(Int)
        /// A call has had no answer.
        case call(String)
    }

    enum Action {
        /// Ask for the query, then call `prepared`.
        case prepare(Int)
        /// Open a link.
        case connect(Int, AgentAddress)
        case send(WebSocketMessage)
        case closeLink(code: Int, reason: String)
        case dropLink
        case schedule(Timer, milliseconds: Int64)
        case cancel(Timer)
        case tell(AgentClientEvent<State>)
        case deliver(call: String, CallOutcome)
        /// Let go of those who wait for the identity.
        case ready(Result<Void, AgentClientError>)
    }

    enum Phase: Equatable {
        case preparing, connecting, open, waiting, ended
    }

    struct Call {
        let method: String
        var isSent = false
        let timeoutMilliseconds: Int64?
    }

    private struct Buffered {
        let message: WebSocketMessage
        let call: String?
    }

    private let rule: ReconnectionRule
    private let random: any RandomSource
    private(set) var phase = Phase.ended
    private(set) var attempt = 0
    private var retries = 0
    private var buffer: [Buffered] = []
    var calls: [String: Call] = [:]
    var state: State?
    var identity: AgentIdentity?
    var isIdentified = false
    private(set) var connectionError: AgentConnectionError?

    init(rule: ReconnectionRule, random: any RandomSource) {
        self.rule = rule
        self.random = random
    }

    // MARK: - Connecting

    /// Begins, or begins anew: at once, whatever was.
    mutating func reconnect() -> [Action] {
        let actions = leave(code: 1000, reason: "")
        connectionError = nil
        retries = 0
        return actions + beginAttempt()
    }

    /// The query is known, or could not be made.
    mutating func prepared(_ number: Int, _ result: Result<AgentAddress, any Error>) -> [Action] {
        guard number == attempt, phase == .preparing else { return [] }
        switch result {
        case .success(let address):
            phase = .connecting
            return [
                .schedule(.attempt(attempt), milliseconds: rule.attemptMilliseconds), .connect(attempt, address),
            ]
        case .failure(let error):
            return [.tell(.attemptFailed("\(error)"))] + wait()
        }
    }

    mutating func handle(_ event: AgentLinkEvent, of number: Int) -> [Action] {
        guard number == attempt else { return [] }
        switch event {
        case .opened where phase == .connecting: return opened()
        case .message(let message) where phase == .open: return received(message)
        case .closed(let code, let reason, let wasClean) where phase == .open:
            return closed(code: code, reason: reason, wasClean: wasClean)
        case .failed(let text) where phase == .connecting:
            return [.cancel(.attempt(attempt)), .tell(.attemptFailed(text))] + wait()
        default: return []
        }
    }

    mutating func fired(_ timer: Timer) -> [Action] {
        switch timer {
        case .attempt(attempt) where phase == .connecting:
            return [.dropLink, .tell(.attemptFailed("timeout"))] + wait()
        case .retry(attempt) where phase == .waiting: return beginAttempt()
        case .steady(attempt) where phase == .open:
            retries = 0
            return []
        case .call(let id):
            guard let call = calls[id] else { return [] }
            let error = AgentClientError.timedOut(method: call.method, milliseconds: call.timeoutMilliseconds ?? 0)
            return abandon(id, error)
        default: return []
        }
    }

    /// Ends for good: nothing is sent or received any more unless `reconnect` is called.
    mutating func close(code: Int, reason: String) -> [Action] {
        guard phase != .ended else { return [] }
        let actions = rejectAll() + leave(code: code, reason: reason)
        phase = .ended
        return actions + [.ready(.failure(.connectionClosed))]
    }

    private mutating func beginAttempt() -> [Action] {
        attempt += 1
        phase = .preparing
        return [.prepare(attempt)]
    }

    private mutating func wait() -> [Action] {
        phase = .waiting
        retries += 1
        let delay = rule.delay(retry: retries, chance: random.unit())
        return [.schedule(.retry(attempt), milliseconds: delay)]
    }

    private mutating func opened() -> [Action] {
        phase = .open
        var actions: [Action] = [
            .cancel(.attempt(attempt)), .schedule(.steady(attempt), milliseconds: rule.steadyMilliseconds),
        ]
        for item in buffer {
            if let call = item.call { calls[call]?.isSent = true }
            actions.append(.send(item.message))
        }
        buffer = []
        return actions + [.tell(.opened)]
    }

    private mutating func closed(code: Int, reason: String, wasClean: Bool) -> [Action] {
        isIdentified = false
        let ended: [Action] = [
            .cancel(.steady(attempt)), .tell(.closed(code: code, reason: reason, wasClean: wasClean)),
        ]
        guard ReconnectionRule.isTerminal(code) else { return rejectSent() + ended + wait() }
        let error = AgentConnectionError(code: code, reason: reason)
        connectionError = error
        phase = .ended
        return rejectAll() + ended + [.tell(.refused(error)), .ready(.failure(.connectionClosed))]
    }

    /// Leaves the link there is, if any, and the timers with it.
    private mutating func leave(code: Int, reason: String) -> [Action] {
        isIdentified = false
        switch phase {
        case .preparing, .ended: return []
        case .waiting: return [.cancel(.retry(attempt))]
        case .connecting: return [.cancel(.attempt(attempt)), .dropLink]
        case .open:
            return rejectSent() + [
                .cancel(.steady(attempt)), .closeLink(code: code, reason: reason),
                .tell(.closed(code: code, reason: reason, wasClean: true)),
            ]
        }
    }

    // MARK: - Sending

    /// Sends now, or with what waits for the next open socket; false when the client has ended.
    mutating func send(_ message: WebSocketMessage, call: String? = nil) -> [Action]? {
        switch phase {
        case .ended: return nil
        case .open:
            if let call { calls[call]?.isSent = true }
            return [.send(message)]
        case .preparing, .connecting, .waiting:
            buffer.append(Buffered(message: message, call: call))
            return []
        }
    }

    /// Forgets a call whose caller no longer waits; one that was not sent yet never is.
    mutating func abandon(_ id: String, _ error: any Error) -> [Action] {
        guard calls[id] != nil else { return [] }
        buffer.removeAll { $0.call == id }
        return end(id, .failure(error))
    }

    /// The end of a call, told to its caller.
    mutating func end(_ id: String, _ outcome: CallOutcome) -> [Action] {
        guard let call = calls.removeValue(forKey: id) else { return [] }
        return (call.timeoutMilliseconds == nil ? [] : [.cancel(.call(id))]) + [.deliver(call: id, outcome)]
    }

    private mutating func rejectSent() -> [Action] { reject { $0.isSent } }

    private mutating func rejectAll() -> [Action] {
        buffer = []
        return reject { _ in true }
    }

    private mutating func reject(_ isMeant: (Call) -> Bool) -> [Action] {
        // In the order of their ids, so that a run is the same again.
        calls.filter { isMeant($0.value) }.keys.sorted().flatMap {
            end($0, .failure(AgentClientError.connectionClosed))
        }
    }
}
