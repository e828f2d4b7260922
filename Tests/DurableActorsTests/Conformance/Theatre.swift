import DurableActors
import DurableActorsTestKit
import Locks

/// A simulated host of players, and the scenes they play.
final class Theatre: Sendable {
    let host: SimulatedHost<DurableObjectNamespace<Player>>
    /// What the scenes note, in order.
    let notes: Recorder<String>
    /// What its players are given.
    let environment: PlayerEnvironment
    private let scenes: Scenes

    private final class Scenes: Sendable {
        let all = Mutex<[Scene]>([])
    }

    init(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .arrival,
        limits: HostLimits = HostLimits(),
        keepsHistory: Bool = false,
        rang: @escaping @Sendable (DurableObjectState, AlarmInfo) async throws -> Void = { _, _ in },
        answers: @escaping @Sendable (DurableObjectState, Request) async throws -> Response = { _, _ in Response("") },
        constructor: (@Sendable (DurableObjectState, Recorder<String>) async throws -> Void)? = nil
    ) throws {
        let scenes = Scenes()
        let notes = Recorder<String>()
        var inConstructor: (@Sendable (DurableObjectState) async throws -> Void)?
        if let constructor { inConstructor = { ctx in try await constructor(ctx, notes) } }
        let environment = PlayerEnvironment(
            scene: { number in scenes.all.withLock { $0[number] } },
            constructor: inConstructor,
            rang: rang,
            answers: answers
        )
        self.scenes = scenes
        self.notes = notes
        self.environment = environment
        host = try SimulatedHost(
            seed: seed,
            order: order,
            store: MemoryStore(keepsHistory: keepsHistory),
            limits: limits
        ) { runtime in
            try runtime.register(Player.self, binding: "PLAYER", uniqueKey: "player", environment: environment)
        }
    }

    /// A fresh stub.
    func stub(_ name: String = "one") -> Player { host.bindings.getByName(name) }

    /// The number under which a player plays a scene.
    func scene(_ scene: @escaping Scene) -> Int {
        scenes.all.withLock { scenes in
            scenes.append(scene)
            return scenes.count - 1
        }
    }

    /// Has a player begin a scene; it goes on as the world does.
    @discardableResult
    func start(on stub: Player? = nil, _ scene: @escaping Scene) -> SimulatedTask<String> {
        let number = self.scene(scene)
        let stub = stub ?? self.stub()
        return host.world.start { try await stub.play(number) }
    }

    /// Has a player play a scene to its end.
    @discardableResult
    func play(on stub: Player? = nil, _ scene: @escaping Scene) throws -> String {
        let number = self.scene(scene)
        let stub = stub ?? self.stub()
        return try host.run { try await stub.play(number) }
    }

    /// The error that a scene ends with.
    func failure(on stub: Player? = nil, of scene: @escaping Scene) throws -> DurableObjectError? {
        let task = start(on: stub, scene)
        try host.advance(by: .seconds(60))
        return task.failure(as: DurableObjectError.self)
    }

    /// A stored number, as a fresh event reads it.
    func number(_ key: String) throws -> String {
        try play { ctx in (try await ctx.storage.get(key, as: Int.self)).map(String.init) ?? "nil" }
    }
}
