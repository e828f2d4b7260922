import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct RPCScenarioTests {
    private let notes = Recorder<String>()
    private let host: SimulatedHost<DurableObjectNamespace<Desk>>

    init() throws {
        let notes = notes
        host = try SimulatedHost(order: .arrival) { runtime in
            try runtime.register(Desk.self, binding: "DESK", uniqueKey: "desk", environment: notes)
        }
    }

    private func stub(_ name: String = "one") -> Desk { host.bindings.getByName(name) }

    private func failure(_ body: @escaping @Sendable () async throws -> Void) throws -> DurableObjectError? {
        let task = host.world.start(body)
        try host.advance(by: .seconds(60))
        return task.failure()
    }

    private static let disposed = DurableObjectError(
        .invalidArgument,
        "RPC stub used after being disposed."
    )

    @Test func `DO 80: a callback awaited in a critical section comes back into that section`() throws {
        let (one, two) = (stub("one"), stub("two"))
        let alone = try host.run { try await one.handTo(two, alone: false) }
        #expect(alone == 5)
        // Here the caller's own section waits, and the callback that was made in it runs all the same.
        let both = try host.run { try await one.handTo(two, alone: true) }
        #expect(both == 10)
        let outside = try host.run { try await one.askAlone(RpcCallback { $0 * 2 }, 21) }
        #expect(outside == 42)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `callbacks of many calls at once, in sections or outside, all come back in any order of the world`(
        seed: UInt64
    ) throws {
        let notes = notes
        let host = try SimulatedHost(seed: seed) { runtime in
            try runtime.register(Desk.self, binding: "DESK", uniqueKey: "desk", environment: notes)
        }
        let (one, two) = (host.bindings.getByName("one"), host.bindings.getByName("two"))
        // Both at once would wait for each other: a section of the one object for a section of the other, and back.
        let calls = (0..<8).map { _ in
            host.world.start { try await one.handTo(two, alone: seed % 2 == 0) }
        }
        try host.advance(by: .seconds(20))
        #expect(try calls.compactMap { try $0.result?.get() }.sorted() == (1...8).map { $0 * 5 })
        #expect(notes.take().count == 8)
    }

    @Test func `a callback made outside of a section waits for the one that runs in its object`() throws {
        let stub = stub()
        let notes = notes
        let tally = try host.run { try await stub.tally() }
        let section = host.world.start { try await stub.beAlone(milliseconds: 100) }
        try host.settle()
        let call = host.world.start {
            let total = try await tally(1)
            notes.add("called: \(total)")
        }
        try host.advance(by: .seconds(1))
        try #require(try section.result?.get() != nil && call.result?.get() != nil)
        #expect(notes.all == ["alone no more", "called: 1"])
    }

    @Test func `DO 168: a method called with arguments returns its result`() throws {
        let stub = stub()
        #expect(try host.run { try await stub.add(2, 3) } == 5)
    }

    @Test func `a counter returned by reference counts where it was made`() throws {
        let stub = stub()
        let counts = try host.run {
            let counter = try await stub.makeCounter()
            return [
                try await counter.call { try await $0.increment(5) },
                try await counter.call { try await $0.increment(2) },
            ]
        }
        #expect(counts == [5, 7])
    }

    @Test func `calls through one handle begin in order, although half of them wait for a write`() throws {
        let stub = stub()
        let notes = notes
        let answers = try host.run {
            try await stub.askAll(
                RpcCallback {
                    notes.add("\($0)")
                    return $0
                },
                20
            )
        }
        #expect(answers.sorted() == Array(0..<20))
        #expect(notes.all == (0..<20).map(String.init))
    }

    @Test func `DO 177: a closure given as a parameter runs where it was made and answers the object`() throws {
        let (one, two) = (stub("one"), stub("two"))
        let own = try host.run { try await one.ask(RpcCallback { $0 + 1 }, 41) }
        #expect(own == 42)
        // A closure of one object, called by another, has the state of the first.
        let answers = try host.run {
            let tally = try await one.tally()
            return [try await two.ask(tally, 3), try await two.ask(tally, 4), try await tally(1)]
        }
        #expect(answers == [3, 7, 8])
    }

    @Test func `an error of a callback reaches the object, and its caller, as it was thrown`() throws {
        let stub = stub()
        let error = try failure {
            _ = try await stub.ask(
                RpcCallback { _ in throw DurableObjectError(.invalidArgument, "No.", name: "RangeError") },
                1
            )
        }
        var remote = DurableObjectError(.invalidArgument, "No.", name: "RangeError", remote: true)
        remote.durableObjectId = stub.id.objectId.description
        #expect(error == remote)
    }

    @Test func `a callback of an object waits until what it wrote before is durable`() throws {
        let stub = stub()
        let notes = notes
        try host.run { try await stub.letGo() }
        host.world.scheduler.holdsCommits = true
        let call = host.world.start {
            try await stub.ask(
                RpcCallback {
                    notes.add("called")
                    return $0
                },
                1
            )
        }
        try host.settle()
        #expect(notes.all == [])
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(notes.all == ["called"])
        #expect(try call.result?.get() == 1)
    }

    @Test func `DO 178: a parameter is disposed when the call returns, a duplicate is not`() throws {
        let stub = stub()
        var remote = Self.disposed
        remote.remote = true
        remote.durableObjectId = stub.id.objectId.description
        let error = try failure {
            try await stub.keep(RpcCallback { $0 }, duplicated: false)
            _ = try await stub.askKept(1)
        }
        #expect(error == remote)
        let inArray = try failure {
            try await stub.keepFirst([RpcCallback { $0 }])
            _ = try await stub.askKept(1)
        }
        #expect(inArray == remote)
        let inMember = try failure {
            try await stub.keepCarried(
                CallbackPair(first: RpcCallback { $0 }, second: RpcCallback { $0 }),
                duplicated: false
            )
            _ = try await stub.askKept(1)
        }
        #expect(inMember == remote)
        let answer = try host.run {
            try await stub.keep(RpcCallback { $0 + 1 }, duplicated: true)
            return try await stub.askKept(1)
        }
        #expect(answer == 2)
    }

    @Test func `the caller's own handle outlives the call, and one that is returned outlives its parameter`() throws {
        let stub = stub()
        let answers = try host.run {
            let callback = RpcCallback<Int, Int> { $0 * 10 }
            let echoed = try await stub.echo(callback)
            callback.dispose()
            return [try await echoed(1), try await echoed(2)]
        }
        #expect(answers == [10, 20])
        let error = try failure {
            let callback = RpcCallback<Int, Int> { $0 }
            callback.dispose()
            _ = try await callback(1)
        }
        #expect(error == Self.disposed)
        let passed = try failure {
            let callback = RpcCallback<Int, Int> { $0 }
            callback.dispose()
            _ = try await stub.echo(callback)
        }
        #expect(passed == Self.disposed)
    }

    @Test func `DO 179: a disposer runs once, when the last handle is disposed or let go`() throws {
        let stub = stub()
        let notes = notes
        try host.run {
            let counter = try await stub.makeCounter()
            _ = try await counter.call { try await $0.increment(5) }
            let second = try counter.dup()
            counter.dispose()
            counter.dispose()
            _ = try await second.call { try await $0.increment(1) }
            notes.add("second lives")
            second.dispose()
        }
        try host.settle()
        #expect(notes.all == ["second lives", "counter gone at 6"])
        // Here nobody disposes: the handle is simply not referred to any more.
        try host.run { _ = try await stub.tally()(3) }
        try host.settle()
        #expect(notes.all.dropFirst(2) == ["tally gone at 3"])
    }

    @Test func `DO 179: a disposer runs once when whoever kept the last handle is reset, or leaves memory`() throws {
        let notes = notes
        for ending in ["reset", "evicted"] {
            let stub = stub()
            try host.run {
                let callback = RpcCallback<Int, Int> {
                    $0
                } onDisposed: {
                    notes.add("gone: \(ending)")
                }
                try await stub.keep(callback, duplicated: true)
            }
            try host.settle()
            #expect(notes.take() == [])
            if ending == "reset" { _ = try failure { try await stub.abort() } }
            try host.advance(by: .seconds(60))
            #expect(notes.take() == ["gone: \(ending)"])
        }
    }

    @Test func `a handle cannot be encoded as text`() throws {
        let callback = RpcCallback<Int, Int> { $0 }
        #expect(
            throws: DurableObjectError(
                .unsupported,
                "Could not serialize object of type \"RpcCallback\". This type does not support serialization.",
                name: "DataCloneError"
            )
        ) { try JSON.stringify(callback) }
    }

    @Test func `handles of an object that was reset fail with what reset it, and its disposers do not run`() throws {
        let stub = stub()
        let tally = try host.run { try await stub.tally() }
        let aborted = try failure { try await stub.abort() }
        let error = try failure { _ = try await tally(1) }
        #expect(error == aborted)
        #expect(error?.message == "Over." && error?.durableObjectReset == true)
        tally.dispose()
        try host.settle()
        #expect(notes.all == [])
    }

    @Test func `an object stays in memory while a handle of it lives, and no longer`() throws {
        let stub = stub()
        let tally = try host.run { try await stub.tally() }
        try host.advance(by: .seconds(60))
        #expect(try host.run { await isInMemory(stub) })
        #expect(try host.run { try await tally(4) } == 4)
        tally.dispose()
        try host.advance(by: .seconds(60))
        #expect(try host.run { await isInMemory(stub) } == false)
        #expect(notes.all == ["tally gone at 4"])
    }
}
