import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AlarmTests {
    private typealias Host = SimulatedHost<DurableObjectNamespace<Ringer>>

    private func ring(
        _ host: Host,
        _ name: String,
        in delay: Int64,
        failures: Int = 0,
        again: Int64? = nil
    ) throws -> Int64 {
        try host.run {
            try await host.bindings.getByName(name).ring(inMilliseconds: delay, failures: failures, again: again)
        }
        return host.world.clock.nowMilliseconds
    }

    @Test func `an alarm fires at its time, once`() throws {
        let host = try simulatedHost(Ringer.self)
        let start = try ring(host, "at its time", in: 5000)
        #expect(try host.run { try await host.bindings.getByName("at its time").due() } == start + 5000)
        try host.advance(by: .milliseconds(4999))
        #expect(Rings.of("at its time").isEmpty)
        try host.advance(by: .seconds(300))
        let expected = Ring(object: "at its time", at: start + 5000, retryCount: 0, due: start + 5000)
        #expect(Rings.of("at its time") == [expected])
        #expect(try host.run { try await host.bindings.getByName("at its time").due() } == nil)
    }

    @Test func `a failing alarm is tried again after 2, 4, 8, 16, 32 and 64 seconds and then given up`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "failing", in: 1000, failures: 99)
        try host.advance(by: .seconds(600))
        let rings = Rings.of("failing")
        #expect(rings.map(\.retryCount) == Array(0...6))
        for (number, pair) in zip(rings, rings.dropFirst()).enumerated() {
            let delay: Int64 = 2000 << number
            #expect((delay...delay + delay / 4 + 1).contains(pair.1.at - pair.0.at), "retry \(number + 1)")
        }
        #expect(try host.run { try await host.bindings.getByName("failing").due() } == nil)
        try host.restart()
        try host.advance(by: .seconds(600))
        #expect(Rings.of("failing").count == 7)
    }

    @Test func `an alarm that fails twice runs until it succeeds`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "twice", in: 1000, failures: 2)
        try host.advance(by: .seconds(600))
        #expect(Rings.of("twice").map(\.retryCount) == [0, 1, 2])
        #expect(try host.run { try await host.bindings.getByName("twice").rang() } == 1)
    }

    @Test func `an alarm set in its handler fires again`() throws {
        let host = try simulatedHost(Ringer.self)
        let start = try ring(host, "again", in: 1000, again: 3000)
        try host.advance(by: .seconds(60))
        #expect(Rings.of("again").map(\.at) == [start + 1000, start + 4000])
    }

    @Test func `an alarm set in a handler that then throws replaces the retry`() throws {
        let host = try simulatedHost(Ringer.self)
        let start = try ring(host, "replaced", in: 1000, failures: 1, again: 30_000)
        try host.advance(by: .seconds(25))
        #expect(Rings.of("replaced").map(\.at) == [start + 1000])
        try host.advance(by: .seconds(60))
        #expect(Rings.of("replaced").prefix(2).map(\.at) == [start + 1000, start + 31_000])
        #expect(Rings.of("replaced").prefix(2).map(\.retryCount) == [0, 0])
    }

    @Test func `an alarm set anew while a failed one waits fires at its own time and as a first try`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "anew", in: 1000, failures: 99)
        try host.advance(by: .seconds(40))
        let failed = Rings.of("anew").count
        #expect(failed >= 4)
        let start = try ring(host, "anew", in: 1000)
        try host.advance(by: .milliseconds(1000))
        let expected = Ring(object: "anew", at: start + 1000, retryCount: 0, due: start + 1000)
        #expect(Rings.of("anew").dropFirst(failed) == [expected])
        try host.advance(by: .seconds(600))
        #expect(Rings.of("anew").count == failed + 1)
    }

    @Test func `a deleted alarm does not fire, and one set anew fires at the later time alone`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "deleted", in: 1000)
        try host.run { try await host.bindings.getByName("deleted").cancel() }
        let start = try ring(host, "moved", in: 1000)
        _ = try ring(host, "moved", in: 9000)
        try host.advance(by: .seconds(60))
        #expect(Rings.of("deleted").isEmpty)
        #expect(Rings.of("moved").map(\.due) == [start + 9000])
    }

    @Test func `an alarm survives a restart and an overdue one runs at once`() throws {
        let host = try simulatedHost(Ringer.self)
        let start = try ring(host, "restart", in: 5000)
        try host.restart()
        try host.advance(by: .seconds(6))
        #expect(Rings.of("restart").map(\.at) == [start + 5000])
        let second = try ring(host, "restart", in: 5000)
        host.world.clock.jumpWallClock(byMilliseconds: 60_000)
        try host.restart()
        try host.settle()
        #expect(
            Rings.of("restart").dropFirst() == [
                Ring(object: "restart", at: second + 60_000, retryCount: 0, due: second + 5000)
            ]
        )
    }

    @Test func `an alarm whose run is not durable runs again after a crash`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "crash", in: 1000)
        host.world.scheduler.holdsCommits = true
        try host.advance(by: .seconds(2))
        #expect(Rings.of("crash").count == 1)
        try host.restart()
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(Rings.of("crash").count == 2)
        #expect(try host.run { try await host.bindings.getByName("crash").rang() } == 1)
    }

    @Test func `many overdue alarms all run, in bounded looks`() throws {
        let host = try simulatedHost(Ringer.self)
        try host.run {
            try await withThrowingTaskGroup { group in
                for number in 0..<600 {
                    group.addTask {
                        try await host.bindings.getByName("many \(number)")
                            .ring(inMilliseconds: 1000, failures: 1, again: nil)
                    }
                }
                try await group.waitForAll()
            }
        }
        try host.restart()
        try host.advance(by: .seconds(60))
        let rings = Rings.recorder.all.filter { $0.object.hasPrefix("many ") }
        #expect(rings.count == 1200)
        #expect(Set(rings.map(\.object)).count == 600)
    }

    @Test func `a test runs an alarm early`() throws {
        let host = try simulatedHost(Ringer.self)
        _ = try ring(host, "early", in: 1_000_000)
        let (first, second) = try host.run {
            let stub = host.bindings.getByName("early")
            return (try await runDurableObjectAlarm(stub), try await runDurableObjectAlarm(stub))
        }
        #expect(first && !second)
        #expect(Rings.of("early").count == 1)
    }

    @Test func `an alarm time must be positive and its class must have a handler`() throws {
        let ringers = try simulatedHost(Ringer.self)
        let zero = #expect(throws: DurableObjectError.self) {
            try ringers.run {
                try await runInDurableObject(ringers.bindings.getByName("zero")) { _, state in
                    try await state.storage.setAlarm(0)
                }
            }
        }
        #expect(zero?.message == "setAlarm() cannot be called with an alarm time <= 0")
        let counters = try simulatedHost(Counter.self)
        let handler = #expect(throws: DurableObjectError.self) {
            try counters.run {
                try await runInDurableObject(counters.bindings.getByName("none")) { _, state in
                    try await state.storage.setAlarm(5)
                }
            }
        }
        #expect(
            handler?.message
                == "Your Durable Object class must have an alarm() handler in order to call setAlarm()"
        )
    }

    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func `a transaction rolled back in the handler leaves the alarm as if it had not been touched`(
        deletes: Bool,
        fails: Bool
    ) throws {
        let bells = try Belfry { state, info in
            do {
                try await state.storage.transaction { txn in
                    if deletes { try await txn.deleteAlarm() } else { try await txn.setAlarm(state.now + 5000) }
                    throw ShapeError(text: "rolled back")
                }
            } catch is ShapeError {}
            // Its handler runs, so it reads as absent, and is deleted when that succeeds or tried again when it fails.
            #expect(try await state.storage.getAlarm() == nil)
            if fails, info.retryCount == 0 { throw ShapeError(text: "fails") }
        }
        try bells.set(in: 1000)
        try bells.advance(milliseconds: 60_000)
        #expect(bells.runs.map(\.info.retryCount) == (fails ? [0, 1] : [0]))
        #expect(Set(bells.runs.map(\.info.scheduledTime)).count == 1)
        #expect(try bells.due() == nil)
    }
}
