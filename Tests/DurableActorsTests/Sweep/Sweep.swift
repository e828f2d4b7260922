import DurableActors
import DurableActorsTestKit
import Locks

/// One run of everything at once under one seed: what it says against the rules.
enum Sweep {
    /// The server that objects tell of what they write.
    static let server = "ledger.example"

    static func violations(
        seed: UInt64,
        faults: DeliberateFaults = [],
        isLogged: Bool = false,
        doublesEchoes: Bool = false
    ) throws -> [String] {
        let random = SeededRandom(seed: seed)
        var limits = HostLimits()
        limits.faults = faults
        let environment = SweptEnvironment(
            violations: Recorder<String>(),
            rings: Recorder<Ringing>(),
            doublesEchoes: doublesEchoes
        )
        let host = try SimulatedHost(seed: seed, store: MemoryStore(isLogged: isLogged), limits: limits) { runtime in
            let objects = try runtime.register(SweptObject.self, binding: "S", uniqueKey: "s", environment: environment)
            try runtime.start(environment: environment)
            return objects
        }
        listen(on: host, environment)
        let clients = ["one", "two", "three"].flatMap { name in
            (0..<2).map { SweptClient(name: name, number: $0, violations: environment.violations) }
        }
        for _ in 0..<3 {
            let tasks = clients.map { client in begin(client, host, random, steps: 8) }
            if random.below(3) == 0 {
                host.store.failWrite(1 + random.below(6), with: StorageError(.io, "the disk fails on purpose"))
            }
            for _ in 0..<random.below(4) { try host.advance(by: .milliseconds(random.below(3000))) }
            host.world.scheduler.holdsCommits = random.below(2) == 0
            try host.advance(by: .milliseconds(random.below(50)))
            if random.below(2) == 0 {
                for client in clients { client.forgetSocket() }
                host.world.scheduler.holdsCommits = false
                try host.restart()
            } else {
                host.world.scheduler.holdsCommits = false
                for _ in 0..<20 where tasks.contains(where: { $0.result == nil }) {
                    try host.advance(by: .seconds(10))
                }
                if tasks.contains(where: { $0.result == nil }) { environment.violations.add("a client never ends") }
            }
            host.store.repair()
        }
        try finish(host, clients, environment)
        return environment.violations.all.map { "seed \(seed): \($0)" }
    }

    /// The other server notes what it is told, and is sometimes slow or not to be had.
    private static func listen(
        on host: SimulatedHost<DurableObjectNamespace<SweptObject>>,
        _ environment: SweptEnvironment
    ) {
        let world = host.world
        world.network.on(server) { request in
            guard let name = request.url.segments.first, let version = request.url.segments.last.flatMap({ Int($0) })
            else { throw ShapeError(text: "The server was told nonsense: \(request.url)") }
            environment.told.note(name, version)
            await world.sleep(milliseconds: Int64(version % 13))
            if version % 5 == 0 { throw DurableObjectError.connectionLost("It is not to be had.") }
            return Response("noted")
        }
    }

    private static func begin(
        _ client: SweptClient,
        _ host: SimulatedHost<DurableObjectNamespace<SweptObject>>,
        _ random: SeededRandom,
        steps: Int
    ) -> SimulatedTask<Void> {
        let objects = host.bindings
        let own = SeededRandom(seed: random.next())
        return host.world.start {
            var stub = objects.getByName(client.name)
            for _ in 0..<steps {
                // A stub that reached an object that was reset is of no more use.
                if own.below(2) == 0 { stub = objects.getByName(client.name) }
                await client.step(stub, own, now: host.world.clock.nowMilliseconds)
                await host.world.sleep(milliseconds: Int64(own.below(40)))
            }
        }
    }

    /// Lets everything come to rest, with a disk that works, and looks at what is left.
    private static func finish(
        _ host: SimulatedHost<DurableObjectNamespace<SweptObject>>,
        _ clients: [SweptClient],
        _ environment: SweptEnvironment
    ) throws {
        // Longer than the latest alarm and the longest series of its retries.
        try host.advance(by: .seconds(400))
        for client in clients {
            client.checkEchoes(hasSettled: true)
            try host.run { await client.look(host.bindings.getByName(client.name), facets: true) }
            client.check(environment.rings.all.filter { $0.name == client.name })
        }
        try host.run { try await host.bindings.destroyAll() }
        var left = 0
        try host.run { _ = try await host.bindings.list() }
        try host.store.read { snapshot in try snapshot.measure(.rows, KeyRange()) { _, _ in left += 1 } }
        if left > 0 { environment.violations.add("\(left) rows are left of objects that are gone") }
        if !host.world.scheduler.escapes.isEmpty { environment.violations.add("something left the world") }
    }
}
