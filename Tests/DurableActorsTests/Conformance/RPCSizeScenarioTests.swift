import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct RPCSizeScenarioTests {
    @Test func `DO 180: arguments and results above 32 MiB are refused with their size, and the object goes on`() throws
    {
        let host = try SimulatedHost(order: .arrival) { runtime in
            try runtime.register(Desk.self, binding: "DESK", uniqueKey: "desk", environment: Recorder<String>())
        }
        let stub = host.bindings.getByName("one")
        let limit = 32 << 20
        func tooLarge(_ size: Int, remote: Bool) -> DurableObjectError {
            DurableObjectError(
                .invalidArgument,
                """
                Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: \(size) \
                bytes.
                """,
                remote: remote
            )
        }
        func failure(_ body: @escaping @Sendable () async throws -> Void) throws -> DurableObjectError? {
            let task = host.world.start(body)
            try host.settle()
            return task.failure()
        }
        let tally = try host.run { try await stub.tally() }
        #expect(try host.run { try await tally(1) } == 1)
        let bytes = try failure { _ = try await stub.size([UInt8](repeating: 1, count: limit + 1)) }
        #expect(bytes == tooLarge(limit + 1, remote: false))
        let text = String(repeating: "x", count: limit)
        let texts = try failure { _ = try await stub.length(text, "yz") }
        #expect(texts == tooLarge(limit + 2, remote: false))
        let result = try failure { _ = try await stub.blob(limit + 3) }
        #expect(result == tooLarge(limit + 3, remote: true))
        #expect(try host.run { try await stub.length(text, "") } == limit)
        #expect(try host.run { try await stub.blob(limit).count } == limit)
        #expect(try host.run { try await tally(1) } == 2)
    }
}
