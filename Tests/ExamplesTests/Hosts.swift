import DurableActors
import DurableActorsTestKit
import Locks
import Workflows

@testable import Examples

/// A simulated host of one class.
func host<Object: DurableObject>(
    of type: Object.Type,
    _ env: Object.Env,
    log: EventLog = .silent
) throws -> SimulatedHost<DurableObjectNamespace<Object>> {
    try SimulatedHost(log: log) { runtime in
        let namespace = try runtime.register(type, binding: "OBJECTS", uniqueKey: "objects", environment: env)
        try runtime.start(environment: NoEnv())
        return namespace
    }
}

/// A simulated host of one workflow.
func host<Flow: WorkflowEntrypoint>(
    of type: Flow.Type,
    _ env: Flow.Env
) throws -> SimulatedHost<Workflow<Flow>> {
    try SimulatedHost { runtime in
        let workflow = try runtime.registerWorkflow(type, binding: "FLOW", name: "flow", env: env)
        try runtime.start(environment: NoEnv())
        return workflow
    }
}

extension ChatDoor {
    /// Rooms in which each may say four things in five seconds.
    init(registeredIn runtime: DurableObjectRuntime) throws {
        let limiters = try runtime.register(
            RateLimiter.self,
            binding: "LIMITERS",
            uniqueKey: "limiters",
            environment: RateLimiterEnv(capacity: 4, interval: 5000)
        )
        let rooms = try runtime.register(
            ChatRoom.self,
            binding: "ROOMS",
            uniqueKey: "rooms",
            environment: ChatEnv(limiters: limiters)
        )
        self.init(rooms: rooms)
    }
}

extension SimulatedHost {
    /// Creates an instance and lets it do what it can without waiting.
    func create<Flow: WorkflowEntrypoint>(_ id: String, _ params: Flow.Params) throws
    where Bindings == Workflow<Flow> {
        let workflow = bindings
        _ = try run("create", advancesTime: false) { try await workflow.create(id: id, params: params) }
        try settle()
    }

    func status<Flow: WorkflowEntrypoint>(of id: String) throws -> InstanceStatus where Bindings == Workflow<Flow> {
        let workflow = bindings
        return try run("status", advancesTime: false) { try await workflow.get(id).status() }
    }

    /// Ends the process and lets the next do what it can without waiting.
    func crash() throws {
        try restart()
        try settle()
    }
}

/// What the outside world saw, through restarts of the host.
final class Notes: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    /// Notes a text; returns how often it has been noted.
    @discardableResult
    func note(_ text: String) -> Int {
        entries.withLock { entries in
            entries.append(text)
            return entries.count { $0 == text }
        }
    }
}

/// The world of a host, for what the host is given before it has one.
final class WorldBox: Sendable {
    private let world = Mutex<SimulatedWorld?>(nil)

    func set(_ world: SimulatedWorld) { self.world.withLock { $0 = world } }

    func sleep(milliseconds: Int64) async { await world.withLock { $0 }?.sleep(milliseconds: milliseconds) }

    /// Milliseconds since the world began.
    var elapsed: Int64? {
        world.withLock { $0 }.map { $0.clock.nowMilliseconds - SimulatedWorld.defaultEpochMilliseconds }
    }
}
