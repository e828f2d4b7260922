import DurableActors
import DurableActorsTestKit
import Locks

/// Two processes of one world, of which each has half of the shards, and nothing between them but encoded calls.
final class TwoProcesses<Bindings: Sendable> {
    let world: SimulatedWorld
    let processes: [(runtime: DurableObjectRuntime, bindings: Bindings, store: MemoryStore)]

    /// Starts both; `open` registers the classes, the same in both.
    init(seed: UInt64 = 1, open: (DurableObjectRuntime) throws -> Bindings) throws {
        let world = SimulatedWorld(seed: seed)
        self.world = world
        processes = try (0..<2).map { _ in
            let parts = World(
                clock: world.clock,
                random: world.random,
                scheduler: ProcessScheduler(on: world.scheduler),
                network: world.network
            )
            let store = MemoryStore()
            let runtime = try DurableObjectRuntime(world: parts, store: store)
            return (runtime, try open(runtime), store)
        }
        for (number, process) in processes.enumerated() {
            let other = processes[1 - number].runtime.core
            process.runtime.core.setForwarder(DirectForwarder(number, here: process.runtime.core, there: other))
        }
    }

    /// A name whose object lives in that process.
    static func name(in process: Int, _ namespace: DurableObjectNamespace<some DurableObject>) -> String {
        var number = 0
        while DirectForwarder.owner(of: namespace.idFromName("\(number)")) != process { number += 1 }
        return "\(number)"
    }
}

/// Hands encoded calls over to the other process at once.
private final class DirectForwarder: ObjectForwarder {
    private let number: Int
    private let here: HostCore
    private let there: HostCore

    init(_ number: Int, here: HostCore, there: HostCore) {
        self.number = number
        self.here = here
        self.there = there
    }

    static func owner(of id: DurableObjectId) -> Int { Int(id.shard.value & 1) }

    func begin() {}

    func isOpen(_ shard: ShardIndex) -> Bool { Int(shard.value & 1) == number }

    func serves(_ shard: ShardIndex) -> Bool { isOpen(shard) }
    func owns(_ shard: ShardIndex) -> Bool { isOpen(shard) }

    func take(_ event: ObjectEvent, of cell: ObjectCell, from caller: ObjectCell?) {
        do {
            let bytes = try event.forwardable(to: cell, carrying: NoHandles(here)).encoded()
            let call = try ForwardedCall(bytes: bytes)
            try there.receive(call, carrying: NoHandles(there)) { [here] outcome in
                switch outcome {
                case .success(let bytes): event.answered(bytes, carrying: NoHandles(here))
                case .failure(let error): event.refuse(Self.travelled(error))
                }
            }
        } catch {
            event.refuse(error)
        }
    }

    private static func travelled(_ error: any Error) -> any Error {
        do {
            let bytes = try ValueCodec.encode(ForwardedError(error))
            return try ValueCodec.decode(ForwardedError.self, from: bytes).error
        } catch {
            return error
        }
    }
}

/// Carries nothing.
private final class NoHandles: HandleCarrier {
    private static let refusal = DurableObjectError(.unsupported, "Nothing is carried here.")

    let host: HostCore

    init(_ host: HostCore) { self.host = host }

    func export(_ stream: ByteStream) throws -> UInt64 { throw Self.refusal }
    func stream(_ number: UInt64) throws -> ByteStream { throw Self.refusal }
    func export(_ socket: WebSocket) throws -> UInt64 { throw Self.refusal }
    func socket(_ number: UInt64) throws -> WebSocket { throw Self.refusal }
    func export(_ callee: any ExportedCallee) throws -> UInt64 { throw Self.refusal }
    func callee(_ number: UInt64) throws -> any RemoteCallee { throw Self.refusal }
    func export(_ elements: any ExportedElements) throws -> UInt64 { throw Self.refusal }
    func elements(_ number: UInt64) throws -> any RemoteElements { throw Self.refusal }
}
