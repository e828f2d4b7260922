public import Distributed

/// A class of objects that live one at a time under each id, keep their data, and are called through typed stubs.
///
/// Write `distributed actor Counter: DurableObject`, keep `ctx` and `env` in `init(ctx:env:)` and set
/// `actorSystem = ctx.actorSystem`. Methods marked `distributed` can be called on stubs; the ones named here are the
/// events of the runtime. Each event runs on the object's own serial executor; others may interleave where the code
/// waits for anything but storage.
public protocol DurableObject: DistributedActor where ActorSystem == DurableActorSystem {
    /// The bindings the class is given: namespaces, workflows, secrets.
    associatedtype Env: Sendable

    /// Makes the object; runs in the turn of the first event, before it. Throwing is not possible: let work that may
    /// fail run in `ctx.blockConcurrencyWhile`.
    init(ctx: DurableObjectState, env: Env)

    /// Answers an HTTP request; the answer leaves once all that was written before it is durable.
    distributed func fetch(_ request: Request) async throws -> Response

    /// A message has come in on a socket taken by `ctx.acceptWebSocket`; an error thrown is logged.
    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws

    /// A socket has ended, by the peer's close frame or (`wasClean` false, 1006) by loss.
    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws

    /// A socket has failed by an error of the protocol or transport.
    func webSocketError(_ socket: WebSocket, _ error: any Error) async throws
}

/// A class whose objects set alarms.
public protocol AlarmHandler: DurableObject {
    /// An alarm's time has come; the alarm is deleted when this returns, and runs again when it is not durable then.
    ///
    /// A throw, a reset of the object or 15 minutes make the run fail: it is tried again after 2, 4, 8, 16, 32 and 64
    /// seconds, each up to a quarter longer by chance, and then given up. Other events may run where the handler waits,
    /// but no other alarm of the object.
    func alarm(_ info: AlarmInfo) async throws
}

/// What an alarm's handler is told.
public struct AlarmInfo: Sendable, Equatable {
    /// How many times this alarm was tried before and failed by its own or its object's fault.
    public let retryCount: Int
    /// Whether it was tried before.
    public var isRetry: Bool { retryCount > 0 }
    /// The time it was set for, in milliseconds since 1970.
    public let scheduledTime: Int64
    /// The alarm's name; empty for the one without a name.
    public let name: String

    /// Makes the information.
    public init(retryCount: Int, scheduledTime: Int64, name: String = "") {
        self.retryCount = retryCount
        self.scheduledTime = scheduledTime
        self.name = name
    }
}

extension DurableObject {
    /// Runs the object on its cell's serial executor.
    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        // Safe because the reference keeps the cell, and with it the executor, alive as long as the object.
        unsafe id.cell.executorToEnter
    }

    /// The default: the class answers no HTTP requests.
    distributed public func fetch(_ request: Request) async throws -> Response {
        throw DurableObjectError(.notFound, "Handler does not export a fetch() function.")
    }

    /// The default: messages are dropped.
    public func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {}
    /// The default: nothing.
    public func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {}
    /// The default: nothing.
    public func webSocketError(_ socket: WebSocket, _ error: any Error) async throws {}
}
