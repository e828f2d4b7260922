import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Errors of the libraries on their way between nodes.
@Suite struct ForwardedErrorTests {
    private func travelled(_ error: any Error) throws -> any Error {
        let bytes = try ValueCodec.encode(ForwardedError(error))
        return try ValueCodec.decode(ForwardedError.self, from: bytes).error
    }

    @Test func `errors that callers match on stay what they are`() throws {
        let site = try AgentSite()
        let thrown = try site.run {
            let stub = site.bindings.keepers.getByName("k")
            return try await runInDurableObject(stub) { keeper, _ -> SqlError? in
                do {
                    _ = try keeper.sql("SELECT * FROM nowhere")
                    return nil
                } catch { return error as? SqlError }
            }
        }
        let original = try #require(thrown)
        let arrived = try #require(try travelled(original) as? SqlError)
        #expect(arrived.query == original.query)
        #expect(arrived.cause as? SQLFailure == original.cause as? SQLFailure)
        #expect(arrived.cause is SQLFailure)
        let disk = StorageError(.full, "The disk is full.", engineCode: 7)
        #expect(try travelled(disk) as? StorageError == disk)
        let fatal = NonRetryableError("No", name: "Never")
        #expect(try travelled(fatal) as? NonRetryableError == fatal)
    }
}
