import DurableActorsTestKit
import Testing

@testable import DurableActors

/// Calls on objects of another process, by their encoded form.
@Suite struct ForwardedCallTests {
    private typealias Processes = TwoProcesses<DurableObjectNamespace<Traveller>>

    private func processes(seed: UInt64 = 1) throws -> Processes {
        try Processes(seed: seed) { runtime in
            let travellers = try runtime.register(Traveller.self, binding: "T", uniqueKey: "traveller")
            try runtime.start(environment: Traveller.Env())
            return travellers
        }
    }

    /// Runs a body with a stub in the first process of an object in the second.
    private func far<Output: Sendable>(_ body: @escaping @Sendable (Traveller) async throws -> Output) throws -> Output
    {
        let processes = try processes()
        let near = processes.processes[0].bindings
        let stub = near.getByName(Processes.name(in: 1, near))
        return try processes.world.run { try await body(stub) }
    }

    @Test func `arguments and results arrive as they are`() throws {
        let luggage = Traveller.Luggage(text: "ü", bytes: [0, 255], numbers: ["a": 0.1, "b": nil], big: .max)
        #expect(try far { try await $0.carry(luggage, 2) } == [luggage, luggage])
        #expect(try far { try await $0.carry(luggage, 0) } == [])
        #expect(try far { try await $0.same("a", "a") })
        #expect(try far { try await $0.same(1, 2) } == false)
    }

    @Test func `an object knows its name though another process was asked for it, and lives in one only`() throws {
        let processes = try processes()
        let namespaces = processes.processes.map(\.bindings)
        let name = Processes.name(in: 1, namespaces[0])
        let (first, second) = (namespaces[0].getByName(name), namespaces[1].getByName(name))
        try processes.world.run {
            #expect(try await first.name() == name)
            try await first.store(5)
            #expect(try await second.stored() == 5)
        }
        let id = namespaces[0].idFromName(name)
        #expect(processes.processes[0].runtime.core.cells.known(namespaces[0].objectClass, id)?.current == nil)
    }

    @Test func `an object is removed with all it keeps by a process that does not have it`() throws {
        let processes = try processes()
        let namespaces = processes.processes.map(\.bindings)
        let stub = namespaces[0].getByName(Processes.name(in: 1, namespaces[0]))
        try processes.world.run {
            try await stub.store(5)
            try await namespaces[0].delete(stub.id.objectId)
            #expect(try listDurableObjectIds(namespaces[1]).isEmpty)
            #expect(try await stub.stored() == nil)
        }
    }

    @Test func `a method answers later calls as it did the first`() throws {
        let found = try far { stub in
            var found: [Int?] = []
            for value in 1...3 {
                try await stub.store(value)
                found.append(try await stub.stored())
                #expect(try await stub.same(value, value))
                await #expect(throws: Traveller.Lost(bag: value)) { try await stub.lose(value) }
            }
            return found
        }
        #expect(found == [1, 2, 3])
    }

    @Test func `errors keep what they are, or their text`() throws {
        #expect(throws: Traveller.Lost(bag: 3)) { try far { try await $0.lose(3) } }
        #expect(throws: RemoteError(kind: "Stolen", message: "It is gone")) { try far { try await $0.steal() } }
        let known = #expect(throws: DurableObjectError.self) { try far { try await $0.overload() } }
        #expect(known?.code == .overloaded && known?.message == "Too much" && known?.name == "RangeError")
        #expect(known?.retryable == true && known?.overloaded == true && known?.remote == true)
        #expect(known?.durableObjectId?.count == 64)
    }

    @Test func `requests and responses with bytes go along`() throws {
        let (status, header, text) = try far { stub in
            let request = Request("http://a/b?c", method: "PUT", body: .bytes(Array("d".utf8)))
            let response = try await stub.fetch(request)
            return (response.status, response.headers.get("x-a"), try await response.text())
        }
        #expect(status == 201 && header == "b" && text == "PUT http://a/b?c d")
    }

    @Test func `what is larger than a call may be is refused on either way`() throws {
        for call: @Sendable (Traveller) async throws -> Void in [
            { _ = try await $0.bytes(33 << 20) }, { _ = try await $0.same([UInt8](repeating: 0, count: 33 << 20), []) },
        ] {
            let error = #expect(throws: DurableObjectError.self) { try far(call) }
            #expect(error?.message.contains("limited to 32MiB") == true)
        }
    }

    @Test(arguments: [0, 31, 33]) func `a call with an id of another length is refused`(length: Int) throws {
        var writer = ByteWriter()
        writer.append(text: "traveller")
        writer.append(counted: [UInt8](repeating: 1, count: length))
        for _ in 0..<4 { writer.append(text: "") }
        let bytes = writer.bytes
        #expect(throws: StorageError(.format, "An object id has 32 bytes, not \(length).")) {
            try ForwardedCall(bytes: bytes)
        }
    }

    @Test(arguments: 1...20) func `calls of one stub enter in their order`(seed: Int) throws {
        let processes = try processes(seed: UInt64(seed))
        let near = processes.processes[0].bindings
        let stub = near.getByName(Processes.name(in: 1, near))
        let notes = try processes.world.run {
            try await withThrowingTaskGroup { group in
                for number in 0..<10 { group.addImmediateTask { try await stub.note(number) } }
                try await group.waitForAll()
            }
            return try await stub.notes()
        }
        #expect(notes == Array(0..<10))
    }

    @Test func `an answer waits for its object's disk, and a call for its caller's`() throws {
        let processes = try processes()
        let near = processes.processes[0].bindings
        let (here, there) = (
            near.getByName(Processes.name(in: 0, near)), near.getByName(Processes.name(in: 1, near))
        )
        processes.world.scheduler.holdsCommits = true
        let stored = processes.world.start { try await there.store(1) }
        let asked = processes.world.start { try await here.storeAndAsk(there, 2) }
        try processes.world.settle()
        #expect(stored.result == nil && asked.result == nil)
        processes.world.scheduler.holdsCommits = false
        try processes.world.settle()
        #expect(throws: Never.self) { try stored.result?.get() }
        #expect(try asked.result?.get() == 1)
    }
}
