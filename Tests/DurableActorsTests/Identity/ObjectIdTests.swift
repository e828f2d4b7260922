import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct ObjectIdTests {
    private let factory = ObjectIdFactory(uniqueKey: "mykey")

    @Test func `an id is read from its digits in either case and then has no name`() throws {
        let id = factory.idFromName("http://foo/")
        let read = try factory.idFromString(id.description.uppercased())
        #expect(read == id)
        #expect(read.equals(id))
        #expect(read.name == nil)
    }

    @Test(arguments: [
        ("", "Invalid Durable Object ID: must be 64 hex digits"),
        (String(repeating: "g", count: 64), "Invalid Durable Object ID: must be 64 hex digits"),
        (String(repeating: "0", count: 63), "Invalid Durable Object ID: must be 64 hex digits"),
        (String(repeating: "é", count: 32), "Invalid Durable Object ID: must be 64 hex digits"),
        (String(repeating: "0", count: 64), "Durable Object ID is not valid for this namespace."),
    ])
    func `text that is no id of the class is refused`(text: String, message: String) {
        let error = #expect(throws: DurableObjectError.self) { try factory.idFromString(text) }
        #expect(error?.message == message)
        #expect(error?.name == "TypeError")
    }

    @Test func `an id of one class is not valid for another`() throws {
        let other = ObjectIdFactory(uniqueKey: "otherkey").idFromName("x")
        #expect(!factory.isValid(other))
        let host = try simulatedHost(Counter.self)
        let error = #expect(throws: DurableObjectError.self) { try host.bindings.get(other) }
        #expect(error?.message == "Durable Object ID is not valid for this namespace.")
    }

    @Test func `random ids differ and belong to their class and come again from the same seed`() {
        func ids(_ seed: UInt64) -> [DurableObjectId] {
            let random = SeededRandom(seed: seed)
            return (0..<100).map { _ in factory.newUniqueId(random: random) }
        }
        #expect(Set(ids(1)).count == 100)
        #expect(ids(1).allSatisfy { factory.isValid($0) && $0.name == nil })
        #expect(ids(1) == ids(1))
    }

    @Test func `a name of over 1024 bytes makes an id that does not keep it`() {
        let long = String(repeating: "n", count: 1025)
        #expect(factory.idFromName(long).name == nil)
        #expect(factory.idFromName(String(long.dropLast())).name?.utf8.count == 1024)
    }

    @Test func `the shard is the first twelve bits`() {
        #expect(factory.idFromName("http://foo/").shard.value == 0x590)
        #expect(factory.idFromName("http://foo/bar").shard.value == 0x02B)
    }

    @Test func `an object knows its name also after a restart and through an id without it`() throws {
        let host = try simulatedHost(Counter.self)
        let id = host.bindings.idFromName("known")
        _ = try host.run { try await host.bindings.getByName("known").increment(by: 1) }
        try host.restart()
        let again = try host.run {
            let stub = try host.bindings.get(host.bindings.idFromString(id.description))
            return try await stub.increment(by: 1)
        }
        #expect(again == 2)
    }
}
