internal import CProcess
internal import Distributed
internal import DurableActors
internal import Foundation
public import Measure

/// What it costs to bring objects into memory and to keep them there.
public func objectLifeCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "objects.activate.cold",
            unit: "objects/s",
            note: "the first call, after an eviction, of each of 20,000 objects reads its stored key; 16 callers",
            setUp: { try await ColdFixture(directory: directory) },
            tearDown: { try $0.host.remove() },
            slice: { fixture, _ in try await fixture.slice() }
        ),
        memoryCase("objects.memory.idle", of: .resident, idleObjects, directory),
        memoryCase("objects.heap.idle", of: .heap, idleObjects, directory),
        memoryCase("objects.memory.hibernated", of: .resident, hibernatedSockets, directory),
        memoryCase("objects.heap.hibernated", of: .heap, hibernatedSockets, directory),
    ]
}

/// A population whose memory is measured.
private struct Population: Sendable {
    let unit: String
    let note: String
    /// What is measured before and after it is there, divided by its size.
    let measure: @Sendable (_ directory: String, _ bytes: @Sendable () throws -> Int) async throws -> SliceResult
}

private let idleObjects = Population(
    unit: "bytes/object",
    note: "100,000 live idle objects that were called once, with their stubs let go",
    measure: idleMemory
)

private let hibernatedSockets = Population(
    unit: "bytes/socket",
    note: "100,000 objects out of memory with one socket each, both of its ends counted",
    measure: hibernatedMemory
)

/// Which memory: what the kernel has given the process, or what the allocator has handed out and not got back.
private enum MemoryKind {
    case resident
    case heap
}

private func memoryCase(
    _ name: String,
    of kind: MemoryKind,
    _ population: Population,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        name,
        unit: population.unit,
        note: (kind == .heap ? "heap in use by " : "resident memory of ") + population.note,
        slice: { _ in try await population.measure(directory, kind == .heap ? { memory_in_use() } : residentBytes) }
    )
}

private struct ColdFixture: Sendable {
    static let objects = 20_000
    let host: Host

    init(directory: String) async throws {
        var limits = HostLimits()
        limits.idleNanoseconds = 300_000_000
        let host = try Host("cold", in: directory, limits: limits)
        self.host = host
        try await host.once(callers: 256) { caller in
            for place in stride(from: caller, to: Self.objects, by: 256) {
                try await host.subjects.getByName("o\(place)").store("value")
            }
        }
    }

    /// Lets all objects leave memory, then calls each once.
    func slice() async throws -> SliceResult {
        try await Task.sleep(for: .seconds(2))
        let host = host
        let start = ContinuousClock.now
        try await host.once(callers: 16) { caller in
            for place in stride(from: caller, to: Self.objects, by: 16) {
                let found = try await host.subjects.getByName("o\(place)").firstLoad("value")
                guard found == 100 else { throw CaseNotRun("an object had not left memory") }
            }
        }
        return SliceResult(operations: Self.objects, elapsed: ContinuousClock.now - start)
    }
}

@Sendable
private func idleMemory(_ directory: String, _ bytes: @Sendable () throws -> Int) async throws -> SliceResult {
    let objects = 100_000
    let host = try Host("memory", in: directory)
    _ = try await host.subjects.getByName("first").add(1)
    let before = try bytes()
    try await host.once(callers: 16) { caller in
        for place in stride(from: caller, to: objects, by: 16) {
            _ = try await host.subjects.getByName("o\(place)").add(1)
        }
    }
    let after = try bytes()
    try host.remove()
    return SliceResult(value: Double(after - before) / Double(objects), count: objects)
}

@Sendable
private func hibernatedMemory(_ directory: String, _ bytes: @Sendable () throws -> Int) async throws -> SliceResult {
    let count = 100_000
    let path = URL(filePath: directory).appending(path: "objects-hibernated")
    if FileManager.default.fileExists(atPath: path.path) { try FileManager.default.removeItem(at: path) }
    var limits = HostLimits()
    limits.idleNanoseconds = 100_000_000
    let pool = WorkerPool(workers: 2)
    let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: pool)
    let runtime = try DurableObjectRuntime(world: world, dataDirectory: path.path, limits: limits)
    let listeners = try runtime.register(Listener.self, binding: "L", uniqueKey: "l", environment: Listener.Env())
    try runtime.start(environment: Listener.Env())
    let before = try bytes()
    let sockets = try await withThrowingTaskGroup(of: [WebSocket].self) { callers in
        for caller in 0..<16 {
            callers.addTask(executorPreference: pool.taskExecutor) {
                var sockets: [WebSocket] = []
                for place in stride(from: caller, to: count, by: 16) {
                    let response = try await listeners.getByName("o\(place)").fetch(Request("http://any/"))
                    if let socket = response.webSocket { sockets.append(socket) }
                }
                return sockets
            }
        }
        return try await callers.reduce(into: []) { $0 += $1 }
    }
    try await Task.sleep(for: .seconds(3))
    let after = try bytes()
    guard sockets.count == count else { throw CaseNotRun("an object took no socket") }
    runtime.shutdown()
    try FileManager.default.removeItem(at: path)
    return SliceResult(value: Double(after - before) / Double(count), count: count)
}

/// What the kernel says this process holds in memory, from the second field of `statm`, in pages of 4 KiB.
@Sendable
private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { throw CaseNotRun("no /proc/self/statm") }
    return pages * 4096
}

/// Takes sockets, to see what one costs while its object is not in memory.
distributed actor Listener: DurableObject {
    struct Env: Sendable {}

    private let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }
}
