import Distributed
import DurableActors
import DurableActorsTestKit

/// What leaves the ledger, and how many commits there were when it was seen.
struct Sighting: Sendable {
    enum Channel: Sendable, CaseIterable { case reply, socket, call }

    let channel: Channel
    let number: Int
    let commits: Int
}

struct LedgerEnvironment: Sendable {
    let witness: DurableObjectNamespace<Witness>
}

struct WitnessEnvironment: Sendable {
    let saw: @Sendable (Int) -> Void
}

/// Sees the calls that leave the ledger.
distributed actor Witness: DurableObject {
    let ctx: DurableObjectState
    let env: WitnessEnvironment

    init(ctx: DurableObjectState, env: WitnessEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func saw(_ number: Int) async throws { env.saw(number) }
}

/// Writes a number twice in one turn and tells it in every way there is.
distributed actor Ledger: DurableObject {
    let ctx: DurableObjectState
    let env: LedgerEnvironment

    init(ctx: DurableObjectState, env: LedgerEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }

    distributed func step() async throws -> Int {
        let number = (try ctx.storage.kv.get("first") ?? 0) + 1
        try await ctx.storage.put("first", number)
        for socket in try ctx.getWebSockets() { try socket.send("\(number)") }
        try await ctx.storage.put("second", number)
        try await env.witness.getByName("one").saw(number)
        try await ctx.storage.put("third", number)
        return number
    }

    distributed func numbers() async throws -> [Int] {
        try ["first", "second"].map { try ctx.storage.kv.get($0) ?? 0 }
    }

    distributed func putUnconfirmed(_ number: Int) async throws {
        try await ctx.storage.put("first", number, allowUnconfirmed: true)
    }

    /// Tells when it is about to wait for its writes, in the same turn.
    distributed func putAndSync(_ number: Int) async throws {
        try await ctx.storage.put("first", number, allowUnconfirmed: true)
        SyncSignal.recorder.add(ctx.id.name ?? "")
        SyncSignal.lot.signal()
        try await ctx.storage.sync()
    }
}

/// Which ledgers are about to wait.
enum SyncSignal {
    static let recorder = Recorder<String>()
    static let lot = ParkingLot()

    static func wait(for name: String) { lot.wait(nanoseconds: nil) { recorder.all.contains(name) } }
}

/// A ledger, its witness and a socket, with a record of what was seen outside.
final class LedgerRun: Sendable {
    let store: MemoryStore
    let host: SimulatedHost<DurableObjectNamespace<Ledger>>
    private let seen: Recorder<Sighting>
    private let sockets = Recorder<WebSocket>()

    var sightings: [Sighting] { seen.all }

    init(seed: UInt64, store: MemoryStore = MemoryStore(keepsHistory: true)) throws {
        let seen = Recorder<Sighting>()
        self.seen = seen
        self.store = store
        host = try SimulatedHost(seed: seed, store: store) { runtime in
            let environment = WitnessEnvironment { number in
                seen.add(Sighting(channel: .call, number: number, commits: store.commitCount))
            }
            let witness = try runtime.register(
                Witness.self,
                binding: "WITNESS",
                uniqueKey: "witness",
                environment: environment
            )
            let ledgers = try runtime.register(Ledger.self, binding: "LEDGER", uniqueKey: "ledger")
            try runtime.start(environment: LedgerEnvironment(witness: witness))
            return ledgers
        }
    }

    /// Takes steps at the same time, some from fresh stubs, and returns their numbers.
    func run(steps: Int) throws {
        try host.run("\(steps) steps") { [self] in
            try await connect()
            try await withThrowingTaskGroup { group in
                for _ in 0..<steps { group.addTask { try await self.step() } }
                try await group.waitForAll()
            }
        }
    }

    func connect() async throws {
        let response = try await host.bindings.getByName("one").fetch(Request("http://x/"))
        guard let socket = response.webSocket else { return }
        sockets.add(socket)
        socket.attach(
            SightingReceiver { [self] number in
                seen.add(Sighting(channel: .socket, number: number, commits: store.commitCount))
            }
        )
    }

    @concurrent
    func step() async throws {
        let number = try await host.bindings.getByName("one").step()
        seen.add(Sighting(channel: .reply, number: number, commits: store.commitCount))
    }

    /// What a process that starts after a number of commits would find.
    func numbers(afterCommit number: Int) throws -> [Int] {
        let later = try LedgerRun(seed: 1, store: store.copy(afterCommit: number))
        return try later.host.run { try await later.host.bindings.getByName("one").numbers() }
    }
}

/// Reads numbers from a socket at the moment at which they leave.
private final class SightingReceiver: WebSocketReceiver {
    private let saw: @Sendable (Int) -> Void
    init(_ saw: @escaping @Sendable (Int) -> Void) { self.saw = saw }

    package func received(_ message: OutgoingMessage) {
        if case .text(let text) = message.message, let number = Int(text) { saw(number) }
    }
    package func closed(code: Int, reason: String) {}
    package func lost(_ error: (any Error)?) {}
}

/// The rule of the output gate: nothing seen outside is unknown to the disk of that moment.
enum GateRule {
    /// The sightings that break it, given what was durable after each number of commits.
    static func violations(_ sightings: [Sighting], durable: (Int) throws -> Int) rethrows -> [Sighting] {
        try sightings.filter { try $0.number > durable($0.commits) }
    }
}
