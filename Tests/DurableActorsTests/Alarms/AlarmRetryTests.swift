import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AlarmRetryTests {
    /// Whether the distances between runs are the delays of the retries, in seconds, each up to a quarter longer.
    private func expectDelays(_ runs: [BellRun], _ seconds: [Int64]) {
        let distances = zip(runs, runs.dropFirst()).map { $1.at - $0.at }
        #expect(distances.count == seconds.count)
        for (distance, delay) in zip(distances, seconds) {
            #expect((delay * 1000...delay * 1250).contains(distance), "\(distance) ms for \(delay) s")
        }
    }

    @Test func `DO 107: a handler that fails twice runs again about two and then four seconds later`() throws {
        let bells = try Belfry { _, info in
            if info.retryCount < 2 { throw ShapeError(text: "not yet") }
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.first?.at == due)
        #expect(bells.runs.map(\.info.retryCount) == [0, 1, 2])
        #expect(bells.runs.map(\.info.isRetry) == [false, true, true])
        #expect(bells.runs.allSatisfy { $0.info.scheduledTime == due })
        expectDelays(bells.runs, [2, 4])
        #expect(try bells.due() == nil)
    }

    @Test func `DO 108: a handler that always fails runs seven times and then its alarm is gone`() throws {
        let bells = try Belfry { _, _ in throw ShapeError(text: "never") }
        try bells.set(in: 50)
        try bells.advance(milliseconds: 1_000_000)
        #expect(bells.runs.map(\.info.retryCount) == [0, 1, 2, 3, 4, 5, 6])
        expectDelays(bells.runs, [2, 4, 8, 16, 32, 64])
        #expect(try bells.due() == nil)
        try bells.host.restart()
        try bells.advance(milliseconds: 10_000_000)
        #expect(bells.runs.count == 7)
    }

    @Test func `DO 109: between tries the first time is still read, and another that is set replaces the tries`() throws
    {
        let bells = try Belfry { _, _ in throw ShapeError(text: "never") }
        let first = try bells.set(in: 50)
        try bells.advance(milliseconds: 5000)
        let before = bells.runs.count
        #expect(before == 2)
        #expect(try bells.due() == first)
        let second = try bells.set(in: 30_000)
        #expect(try bells.due() == second)
        try bells.advance(milliseconds: 30_000)
        let run = BellRun(object: "x", at: second, info: AlarmInfo(retryCount: 0, scheduledTime: second))
        #expect(Array(bells.runs.dropFirst(before)) == [run])
    }

    @Test func `DO 110: an alarm that is deleted between tries does not run again`() throws {
        let bells = try Belfry { _, _ in throw ShapeError(text: "never") }
        try bells.set(in: 50)
        try bells.advance(milliseconds: 100)
        try bells.inside { try await $0.storage.deleteAlarm() }
        try bells.advance(milliseconds: 1_000_000)
        #expect(bells.runs.count == 1)
    }

    @Test func `DO 111: an alarm set by a handler that then fails runs at its time, as a first try`() throws {
        let tally = Tally()
        let bells = try Belfry { state, _ in
            guard tally.next() == 0 else { return }
            try await state.storage.setAlarm(state.now + 1000)
            throw ShapeError(text: "once")
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.map(\.at) == [due, due + 1000])
        #expect(bells.runs.map(\.info.retryCount) == [0, 0])
    }

    @Test func `an alarm set by a handler that is then reset runs at its time, as a first try`() throws {
        let tally = Tally()
        let bells = try Belfry { state, _ in
            guard tally.next() == 0 else { return }
            try await state.storage.setAlarm(state.now + 60_000)
            try await state.storage.sync()
            try state.abort("over")
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.map(\.at) == [due, due + 60_000])
        #expect(bells.runs.map(\.info.retryCount) == [0, 0])
    }

    @Test func `an alarm that its handler deletes is not tried again when the handler then fails`() throws {
        let bells = try Belfry { state, _ in
            try await state.storage.deleteAlarm()
            throw ShapeError(text: "once")
        }
        try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.count == 1)
        #expect(bells.lines.all.contains { $0.contains("once") })
    }

    @Test func `DO 114: a constructor that throws when the alarm fires is a counted try`() throws {
        let fails = Recorder<Bool>()
        let bells = try Belfry(constructor: { _ in
            if fails.all.last == true { throw ShapeError(text: "constructor") }
        })
        let due = try bells.set(in: 60_000)
        fails.add(true)
        try bells.advance(milliseconds: 61_000)
        #expect(bells.runs.isEmpty)
        fails.add(false)
        try bells.advance(milliseconds: 10_000)
        #expect(bells.runs.map(\.info) == [AlarmInfo(retryCount: 1, scheduledTime: due)])
    }

    @Test func `an alarm whose object cannot be made is given up after seven tries`() throws {
        let fails = Recorder<Bool>()
        let bells = try Belfry(constructor: { _ in
            if fails.all.last == true { throw ShapeError(text: "constructor") }
        })
        try bells.set(in: 60_000)
        fails.add(true)
        _ = bells.events.take()
        try bells.advance(milliseconds: 10_000_000)
        #expect(bells.events.all == Array(repeating: "made x", count: 7))
        #expect(try bells.host.runtime.core.objects.earliestAlarm() == nil)
        fails.add(false)
        #expect(try bells.due() == nil)
    }

    @Test func `DO 115: what a handler wrote before it threw is there for the next try`() throws {
        let seen = Recorder<Int?>()
        let bells = try Belfry { state, info in
            seen.add(try state.storage.kv.get("tries"))
            try state.storage.kv.put("tries", info.retryCount)
            if info.retryCount == 0 { throw ShapeError(text: "once") }
        }
        try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(seen.all == [nil, 0])
    }

    @Test func `DO 118: a handler whose last write is not durable runs again`() throws {
        let tally = Tally()
        let store = MemoryStore()
        let env = BellEnvironment(alarm: { state, _ in
            if tally.next() == 0 { store.failWrite(1, with: StorageError(.io, "The disk is gone.")) }
            try state.storage.kv.put("last", tally.count)
        })
        let host = try SimulatedHost(seed: 1, store: store) { runtime in
            let bells = try runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell")
            try runtime.start(environment: env)
            return bells
        }
        try host.run {
            try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                try await state.storage.setAlarm(state.now + 50)
            }
        }
        try host.advance(by: .seconds(60))
        expectDelays(env.runs.all, [2])
        // The host's failure does not count against the handler.
        #expect(env.runs.all.map(\.info.retryCount) == [0, 0])
        let (last, due) = try host.run {
            try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                (try state.storage.kv.get("last", as: Int.self), try await state.storage.getAlarm())
            }
        }
        #expect(last == 2)
        #expect(due == nil)
    }

    @Test func `an alarm outlives a disk that takes no writes for longer than its tries would last`() throws {
        let store = MemoryStore()
        let env = BellEnvironment()
        let host = try SimulatedHost(store: store) { runtime in
            let bells = try runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell")
            try runtime.start(environment: env)
            return bells
        }
        try host.run {
            try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                try await state.storage.setAlarm(state.now + 50)
            }
        }
        for number in 1...12 { store.failWrite(number, with: StorageError(.full, "The disk is full.")) }
        try host.advance(by: .seconds(86_400))
        #expect(env.runs.all.map(\.info.retryCount) == Array(repeating: 0, count: 13))
        expectDelays(env.runs.all, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024])
        #expect(try host.runtime.core.objects.earliestAlarm() == nil)
    }

    @Test func `failures of the host are tried again for ever, at last every 1024 seconds`() {
        var retry = AlarmRetry()
        let delays = (0..<12).map { _ in retry.failed(isCounted: false, random: 0) }
        #expect(delays == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024].map { $0 * 1000 })
        #expect(retry.counted == 0)
        let counted = (0..<7).map { _ in retry.failed(isCounted: true, random: 1) }
        #expect(counted == [2500, 5000, 10_000, 20_000, 40_000, 80_000, nil])
        #expect(retry.counted == 6)
    }
}
