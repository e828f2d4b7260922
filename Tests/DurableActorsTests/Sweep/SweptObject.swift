import Distributed
import DurableActors
import DurableActorsTestKit
import Locks

struct SweptEnvironment: Sendable {
    /// What an object itself finds wrong.
    let violations: Recorder<String>
    /// Each run of an alarm's handler.
    let rings: Recorder<Ringing>
    /// Whether the object answers each message twice, as a broken one.
    let doublesEchoes: Bool
    /// The highest version that each object has told other servers of.
    let told = Told()
}

/// What other servers were told: of each object the highest version.
final class Told: Sendable {
    private let versions = Mutex<[String: Int]>([:])

    func note(_ name: String, _ version: Int) {
        versions.withLock { $0[name] = max($0[name] ?? 0, version) }
    }

    func version(_ name: String) -> Int { versions.withLock { $0[name] ?? 0 } }
}

/// One run of an alarm's handler.
struct Ringing: Sendable {
    let name: String
    let scheduled: Int64
    let at: Int64
}

/// Whether a critical section of one life of an object runs.
private final class SweptSection: Sendable {
    let runs = Mutex(false)
}

/// An object that is used in every way at once.
distributed actor SweptObject: AlarmHandler {
    let ctx: DurableObjectState
    let env: SweptEnvironment
    /// The stored version as this life knows it; only another life could change it behind its back.
    private var version: Int?
    private let section = SweptSection()
    private var name: String { ctx.id.name ?? "" }

    init(ctx: DurableObjectState, env: SweptEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    /// The stored version, which must be what this life and other servers know.
    private func checkedVersion() throws -> Int {
        let stored = try ctx.storage.kv.get("version", as: Int.self) ?? 0
        if let version, version != stored { env.violations.add("two lives of \(name) write") }
        let told = env.told.version(name)
        if stored < told { env.violations.add("\(name): others were told of version \(told), \(stored) is there") }
        return stored
    }

    @discardableResult
    private func noteChange() throws -> Int {
        let next = try checkedVersion() + 1
        version = next
        try ctx.storage.kv.put("version", next)
        return next
    }

    distributed func put(_ key: String, _ value: Int) async throws {
        try noteChange()
        try await ctx.storage.put(key, value)
    }

    distributed func delete(_ key: String) async throws {
        try noteChange()
        try await ctx.storage.delete(key)
    }

    /// Everything that begins so, and with `facets` what those have whose names do.
    distributed func list(_ prefix: String, facets: Bool) async throws -> [String: Int] {
        _ = try checkedVersion()
        let entries = try await ctx.storage.list(ListOptions(prefix: prefix), as: Int.self)
        var found = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        for (key, value) in try SweptRows(ctx.storage).all(prefix) { found["row " + key] = value }
        for name in SweptClient.facets where facets {
            for (key, value) in try await facet(prefix + name).list() { found["\(name) \(key)"] = value }
        }
        return found
    }

    /// Writes a value and a row in one turn.
    distributed func putRow(_ key: String, _ value: Int) async throws {
        try noteChange()
        try await ctx.storage.put(key, value)
        try SweptRows(ctx.storage).put(key, value)
    }

    /// Writes a value and tells another server of it, which may fail or take its time.
    distributed func report(_ key: String, _ value: Int) async throws {
        let version = try noteChange()
        try await ctx.storage.put(key, value)
        do {
            _ = try await ctx.fetch("http://\(Sweep.server)/\(name)/\(version)")
        } catch let error as DurableObjectError where error.code == .disconnected {
            // The network, or the end of this life, which the next line finds out.
            try ctx.incarnation.check()
        }
        if section.runs.withLock({ $0 }) { env.violations.add("\(name): an answer came within a critical section") }
    }

    private func facet(_ name: String) throws -> SweptFacet {
        let env = env
        return try ctx.facets.get(name) { FacetStartup(environment: env) }
    }

    distributed func putInFacet(_ name: String, _ key: String, _ value: Int) async throws {
        try await facet(name).put(key, value)
    }

    distributed func deleteFacet(_ name: String) async throws { try ctx.facets.delete(name) }

    /// Gives a facet up and makes it anew in one turn, then writes there.
    distributed func replaceFacet(_ name: String, _ key: String, _ value: Int) async throws {
        try ctx.facets.delete(name)
        try await facet(name).put(key, value)
    }

    /// Gives a facet up while it is about to write.
    distributed func overtakeFacet(_ name: String, _ key: String, _ value: Int) async throws {
        let facet = try facet(name)
        async let late: Void = facet.putLate(key, value)
        try await ctx.sleep(milliseconds: 2)
        try ctx.facets.delete(name)
        // It says that the facet was deleted, or that it was in time.
        try? await late
    }

    distributed func cloneFacet(_ source: String, _ target: String) async throws {
        try ctx.facets.clone(source, target)
    }

    /// Has every facet leave memory.
    distributed func abortFacets() async throws {
        for client in 0..<2 {
            for name in SweptClient.facets { try ctx.facets.abort("\(client)/\(name)", ShapeError(text: "on purpose")) }
        }
    }

    /// Writes two keys in a transaction that waits between them, and then may fail.
    distributed func write(_ first: String, _ second: String, _ value: Int, fails: Bool) async throws {
        let (ctx, section) = (ctx, section)
        try await ctx.storage.transaction { txn in
            section.runs.withLock { $0 = true }
            defer { section.runs.withLock { $0 = false } }
            try await txn.put(first, value)
            try await ctx.sleep(milliseconds: Int64(value % 7))
            try await txn.put(second, value)
            if fails { throw ShapeError(text: "on purpose") }
        }
    }

    distributed func ring(at due: Int64) async throws { try await ctx.storage.setAlarm(due) }

    distributed func unring() async throws { try await ctx.storage.deleteAlarm() }

    distributed func abort() async throws { try ctx.abort("on purpose") }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard case .text(let text) = message else { return }
        try ctx.storage.kv.put("heard", text)
        try socket.send(text)
        if env.doublesEchoes { try socket.send(text) }
    }

    func alarm(_ info: AlarmInfo) async throws {
        env.rings.add(Ringing(name: ctx.id.name ?? "", scheduled: info.scheduledTime, at: ctx.now))
    }
}
