import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct IdentityScenarios {
    private let factory = ObjectIdFactory(uniqueKey: "mykey")

    private static let malformed = "Invalid Durable Object ID: must be 64 hex digits"
    private static let foreign = "Durable Object ID is not valid for this namespace."

    private func refusal(_ text: String) -> String? {
        do {
            _ = try factory.idFromString(text)
            return nil
        } catch {
            return "\(error.name): \(error.message)"
        }
    }

    @Test(arguments: [
        ("http://foo/", "59002eb8cf872e541722977a258a12d6a93bbe8192b502e1c0cb250aa91af234"),
        ("http://foo/bar", "02b496f65dd35cbac90e3e72dc5a398ee93926ea4a3821e26677082d2e6f9b79"),
    ])
    func `DO 1, 2: a name gives the id that workerd gives`(name: String, id: String) {
        #expect(factory.idFromName(name).description == id)
        #expect(factory.idFromName(name).name == name)
    }

    @Test func `DO 3: a name gives the same id each time and the id knows the name`() throws {
        let probes = try ProbeHost()
        let (one, other) = (probes.first.idFromName("a"), probes.first.idFromName("a"))
        #expect(one.description == other.description)
        #expect(one.equals(other))
        #expect(one.name == "a")
    }

    @Test func `DO 4: random ids differ, have no name and 64 lower-case digits`() throws {
        let probes = try ProbeHost()
        let (one, other) = (probes.first.newUniqueId(), probes.first.newUniqueId())
        #expect(!one.equals(other))
        for id in [one, other] {
            #expect(id.name == nil)
            #expect(id.description.count == 64)
            #expect(id.description.allSatisfy { "0123456789abcdef".contains($0) })
        }
    }

    @Test func `DO 5: an id of one class is refused by another`() throws {
        let probes = try ProbeHost()
        let id = probes.first.newUniqueId()
        let error = #expect(throws: DurableObjectError.self) { try probes.second.idFromString(id.description) }
        #expect(error?.name == "TypeError")
        #expect(error?.message == Self.foreign)
        let other = #expect(throws: DurableObjectError.self) { try probes.second.get(id) }
        #expect(other?.message == Self.foreign)
    }

    @Test(arguments: [
        "abc", String(repeating: "0", count: 63) + "g", String(repeating: "0", count: 63),
        String(repeating: "0", count: 65),
    ])
    func `DO 6: text that is not 64 hexadecimal digits is refused`(text: String) {
        #expect(refusal(text) == "TypeError: " + Self.malformed)
    }

    @Test func `DO 7: an id read from its text equals the first and has no name`() throws {
        let named = factory.idFromName("n")
        let read = try factory.idFromString(named.description)
        #expect(named.equals(read))
        #expect(read.name == nil)
    }

    @Test func `DO 8: an id with any one digit changed is refused`() {
        let digits = Array(factory.idFromName("n").description)
        for position in digits.indices {
            var changed = digits
            changed[position] = digits[position] == "0" ? "1" : "0"
            #expect(refusal(String(changed)) == "TypeError: " + Self.foreign)
        }
    }

    @Test func `DO 9: an object knows its name from its constructor on, and a random one has none`() throws {
        let probes = try ProbeHost()
        #expect(try probes.run { try await probes.first.getByName("short").name() } == "short")
        #expect(try probes.run { try await probes.first.get(probes.first.newUniqueId()).name() } == nil)
        #expect(probes.lives.all == ["short", "nameless"])
    }

    @Test func `DO 10: a name of over 1024 bytes leads to its object, which does not know it`() throws {
        let probes = try ProbeHost()
        let longest = String(repeating: "n", count: 1024)
        #expect(try probes.run { try await probes.first.getByName(longest).name() } == longest)
        let tooLong = longest + "n"
        #expect(try probes.run { try await probes.first.getByName(tooLong).name() } == nil)
        try probes.run { try await probes.first.getByName(tooLong).put("k", 5) }
        #expect(try probes.run { try await probes.first.getByName(tooLong).get("k") } == 5)
        #expect(try probes.run { try await probes.first.getByName(longest).get("k") } == nil)
    }

    @Test func `DO 11: a stub that is not called neither makes its object nor stores anything`() throws {
        let probes = try ProbeHost()
        let commits = probes.host.store.commitCount
        let stub = probes.first.getByName("x")
        try probes.host.advance(by: .seconds(60))
        #expect(try probes.run { await isInMemory(stub) } == false)
        #expect(probes.lives.all.isEmpty)
        #expect(probes.host.store.commitCount == commits)
        #expect(try listDurableObjectIds(probes.first).isEmpty)
    }

    @Test func `DO 13: requests sent together to an object that is not running make one and are answered in order`()
        throws
    {
        let probes = try ProbeHost()
        let stub = probes.first.getByName("x")
        let answers = (0..<3).map { _ in
            probes.host.world.start { try await stub.fetch(Request("http://x/")).text() }
        }
        try probes.host.settle()
        #expect(try answers.map { try $0.result?.get() } == ["0", "1", "2"])
        #expect(probes.lives.all == ["x"])
    }

    @Test func `DO 14: objects of one name in two namespaces share nothing`() throws {
        let probes = try ProbeHost()
        let values = try probes.run {
            let (one, other) = (probes.first.getByName("same"), probes.second.getByName("same"))
            try await one.put("k", 1)
            try await other.put("k", 2)
            return [try await one.get("k"), try await other.get("k")]
        }
        #expect(values == [1, 2])
        #expect(!probes.first.idFromName("same").equals(probes.second.idFromName("same")))
    }

    @Test(arguments: [DurableObjectJurisdiction.eu, .fedramp, .fedrampHigh, .us])
    func `DO 15: a jurisdiction is refused and none is fine`(jurisdiction: DurableObjectJurisdiction) throws {
        let probes = try ProbeHost()
        let text = "Jurisdiction restrictions are not implemented in workerd."
        let made = #expect(throws: DurableObjectError.self) {
            try probes.first.newUniqueId(jurisdiction: jurisdiction)
        }
        let narrowed = #expect(throws: DurableObjectError.self) { try probes.first.jurisdiction(jurisdiction) }
        #expect(made?.message == text && made?.name == "Error")
        #expect(narrowed?.message == text)
        #expect(try probes.first.newUniqueId(jurisdiction: nil).jurisdiction == nil)
        #expect(try probes.first.jurisdiction(nil).idFromName("a") == probes.first.idFromName("a"))
    }

    @Test func `hints are taken and a routing mode that is not known is refused`() throws {
        let probes = try ProbeHost()
        let id = probes.first.idFromName("x")
        let stub = try probes.first.get(id, locationHint: .weur, routingMode: .primaryOnly)
        #expect(stub.id == probes.first.getByName("x", locationHint: .apacNortheast).id)
        let error = #expect(throws: DurableObjectError.self) {
            try probes.first.get(id, routingMode: DurableObjectRoutingMode(rawValue: "nearest"))
        }
        #expect(error?.message == "unknown routingMode: nearest")
        #expect(error?.name == "RangeError")
    }
}
