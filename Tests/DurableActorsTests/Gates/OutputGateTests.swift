import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct OutputGateTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `a turn's writes survive together or not at all and nothing is told before them`(seed: UInt64) throws {
        let run = try LedgerRun(seed: seed)
        try run.run(steps: 6)
        let states = try (0...run.store.commitCount).map { try run.numbers(afterCommit: $0) }
        for (commit, state) in states.enumerated() { #expect(state[0] == state[1], "after commit \(commit)") }
        #expect(states.last == [6, 6])
        #expect(GateRule.violations(run.sightings) { states[$0][0] }.isEmpty)
        for channel in Sighting.Channel.allCases {
            #expect(run.sightings.filter { $0.channel == channel }.map(\.number).sorted() == Array(1...6))
        }
        #expect(run.host.world.scheduler.escapes.isEmpty)
    }

    @Test func `a disk that acknowledges before it has written is caught by the same rule`() throws {
        let run = try LedgerRun(seed: 3)
        try run.run(steps: 6)
        let states = try (0...run.store.commitCount).map { try run.numbers(afterCommit: $0) }
        // On such a disk what counts as committed is one commit ahead of what is durable.
        let found = GateRule.violations(run.sightings) { states[max($0 - 1, 0)][0] }
        #expect(found.contains { $0.channel == .reply || $0.channel == .socket || $0.channel == .call })
        #expect(!found.isEmpty)
    }

    @Test func `while commits stand still no reply, message or call leaves and then all do`() throws {
        let run = try LedgerRun(seed: 8)
        try run.host.run { try await run.connect() }
        run.host.world.scheduler.holdsCommits = true
        let call = run.host.world.start { try await run.step() }
        try run.host.settle()
        #expect(run.sightings.isEmpty)
        #expect(call.result == nil)
        run.host.world.scheduler.holdsCommits = false
        try run.host.settle()
        #expect(Set(run.sightings.map(\.channel)) == Set(Sighting.Channel.allCases))
        #expect(call.result != nil)
    }

    @Test func `what nothing was written for leaves at once`() throws {
        let host = try simulatedHost(Counter.self)
        host.world.scheduler.holdsCommits = true
        let total = try host.run { try await host.bindings.getByName("one").total() }
        #expect(total == 0)
    }

    @Test func `an unconfirmed write holds nothing back and sync waits for it`() throws {
        let run = try LedgerRun(seed: 2)
        run.host.world.scheduler.holdsCommits = true
        try run.host.run { try await run.host.bindings.getByName("one").putUnconfirmed(5) }
        let sync = run.host.world.start { try await run.host.bindings.getByName("one").putAndSync(6) }
        try run.host.settle()
        #expect(sync.result == nil)
        #expect(try run.numbers(afterCommit: run.store.commitCount) == [0, 0])
        run.host.world.scheduler.holdsCommits = false
        try run.host.settle()
        #expect(sync.result != nil)
        #expect(try run.numbers(afterCommit: run.store.commitCount)[0] == 6)
    }

    @Test(arguments: [
        (StorageError(.full, "no room"), "database or disk is full: SQLITE_FULL"),
        (StorageError(.io, "the disk is gone"), "the disk is gone"),
    ])
    func `a commit that fails resets the object and its callers get the error`(error: StorageError, text: String) throws
    {
        let host = try simulatedHost(Counter.self)
        let stub = host.bindings.getByName("one")
        #expect(try host.run { try await stub.increment(by: 5) } == 5)
        host.store.failWrite(1, with: error)
        let failure = #expect(throws: DurableObjectError.self) {
            try host.run { try await stub.increment(by: 1) }
        }
        #expect(failure?.code == .storage)
        #expect(failure?.message == text)
        #expect(failure?.durableObjectReset == true && failure?.remote == true)
        #expect(failure?.durableObjectId == stub.id.objectId.description)
        // The stub stays broken; a fresh one finds what was durable.
        let again = #expect(throws: DurableObjectError.self) { try host.run { try await stub.total() } }
        #expect(again == failure)
        #expect(try host.run { try await host.bindings.getByName("one").increment(by: 1) } == 6)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `whichever commit fails the numbers told are those on disk`(seed: UInt64) throws {
        let run = try LedgerRun(seed: seed)
        run.store.failWrite(2 + Int(seed % 6), with: StorageError(.io, "broken"))
        // Steps fail with the reset; that they do is not at question here.
        try? run.run(steps: 6)
        try run.host.settle()
        let states = try (0...run.store.commitCount).map { try run.numbers(afterCommit: $0) }
        for (commit, state) in states.enumerated() { #expect(state[0] == state[1], "after commit \(commit)") }
        #expect(GateRule.violations(run.sightings) { states[$0][0] }.isEmpty)
        run.store.repair()
        let next = try run.host.run { try await run.host.bindings.getByName("one").step() }
        #expect(next == (states.last?[0] ?? 0) + 1)
    }

    @Test func `an answer held when its object left memory fails with the commit it waits for`() throws {
        let host = try simulatedHost(Counter.self)
        host.world.scheduler.holdsCommits = true
        let call = host.world.start { try await host.bindings.getByName("one").increment(by: 1) }
        try host.advance(by: .seconds(20))
        let isHere = try host.run { await isInMemory(host.bindings.getByName("one")) }
        #expect(!isHere)
        #expect(call.result == nil)
        host.store.failWrite(1, with: StorageError(.io, "broken"))
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(call.failure(as: DurableObjectError.self)?.code == .storage)
        #expect(try host.run { try await host.bindings.getByName("one").total() } == 0)
    }

    @Test func `batches sealed after one that fails never reach the disk`() async throws {
        let store = MemoryStore()
        let (runtime, ledgers) = try realLedgers(on: store)
        defer { runtime.shutdown() }
        let commits = store.commitCount
        store.stall()
        let name = "fenced"
        try await ledgers.getByName(name).putUnconfirmed(1)
        await offPool { store.waitForStalledWrite() }
        try await ledgers.getByName(name).putUnconfirmed(2)
        let synced = Task { try await ledgers.getByName(name).putAndSync(3) }
        await offPool { SyncSignal.wait(for: name) }
        store.failWrite(1, with: StorageError(.io, "broken"))
        store.resume()
        await #expect(throws: DurableObjectError.self) { try await synced.value }
        #expect(try await ledgers.getByName(name).numbers() == [0, 0])
        #expect(store.commitCount == commits)
        #expect(try await ledgers.getByName(name).step() == 1)
    }
}
