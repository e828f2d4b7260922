import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AlarmSettingTests {
    @Test func `DO 101: an alarm runs once, not before its time, and reads as absent from then on`() throws {
        let seen = Recorder<Int64?>()
        let bells = try Belfry { state, _ in seen.add(try await state.storage.getAlarm()) }
        let due = try bells.set(in: 50)
        #expect(try bells.due() == due)
        try bells.advance(milliseconds: 49)
        #expect(bells.runs.isEmpty)
        try bells.advance(milliseconds: 300_000)
        let info = AlarmInfo(retryCount: 0, scheduledTime: due)
        #expect(bells.runs == [BellRun(object: "x", at: due, info: info)])
        #expect(bells.runs.first?.info.isRetry == false)
        #expect(seen.all == [nil])
        #expect(try bells.due() == nil)
    }

    @Test func `DO 102: an alarm that is deleted before its time never runs`() throws {
        let bells = try Belfry()
        try bells.set(in: 50)
        try bells.inside { try await $0.storage.deleteAlarm() }
        #expect(try bells.due() == nil)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.isEmpty)
    }

    @Test func `DO 103: an alarm that its handler sets and deletes again does not run a second time`() throws {
        let seen = Recorder<Int64?>()
        let bells = try Belfry { state, _ in
            try await state.storage.setAlarm(state.now + 50)
            seen.add(try await state.storage.getAlarm())
            try await state.storage.deleteAlarm()
            seen.add(try await state.storage.getAlarm())
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.map(\.at) == [due])
        #expect(seen.all == [due + 50, nil])
    }

    @Test func `DO 104: of two times that are set the last one alone is run at`() throws {
        for (first, last): (Int64, Int64) in [(50, 90), (90, 50)] {
            let bells = try Belfry()
            let start = bells.now
            try bells.set(in: first)
            try bells.set(in: last)
            try bells.advance(milliseconds: 600_000)
            #expect(bells.runs.map(\.at) == [start + last])
        }
    }

    @Test func `DO 105: a time of zero or less is refused, and one that has passed means now`() throws {
        let bells = try Belfry()
        for time: Int64 in [0, -1] {
            let error = #expect(throws: DurableObjectError.self) {
                try bells.inside { try await $0.storage.setAlarm(time) }
            }
            #expect(error?.message == "setAlarm() cannot be called with an alarm time <= 0")
            #expect(error?.name == "TypeError")
        }
        let now = bells.now
        let stored = try bells.inside { state in
            try await state.storage.setAlarm(1)
            return try await state.storage.getAlarm()
        }
        #expect(stored == now)
        try bells.host.settle()
        #expect(bells.runs == [BellRun(object: "x", at: now, info: AlarmInfo(retryCount: 0, scheduledTime: now))])
    }

    @Test func `DO 106: a class without a handler cannot set an alarm, only look for one and delete it`() throws {
        let host = try simulatedHost(Counter.self)
        let error = #expect(throws: DurableObjectError.self) {
            try host.run {
                try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                    try await state.storage.setAlarm(state.now + 50)
                }
            }
        }
        let text = "Your Durable Object class must have an alarm() handler in order to call setAlarm()"
        #expect(error?.message == text)
        #expect(error?.name == "TypeError")
        let found = try host.run {
            try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                try await state.storage.deleteAlarm()
                return try await state.storage.getAlarm()
            }
        }
        #expect(found == nil)
    }

    @Test func `an alarm of a class without a handler can be set while the object is made`() throws {
        let lines = Recorder<String>()
        let env = BellEnvironment(constructor: { try await $0.storage.setAlarm($0.now + 50) })
        let host = try SimulatedHost(log: EventLog { lines.add($0) }) { runtime in
            let bells = try runtime.register(MuteBell.self, binding: "BELL", uniqueKey: "bell")
            try runtime.start(environment: env)
            return bells
        }
        let due = try host.run {
            try await runInDurableObject(host.bindings.getByName("x")) { _, state in
                try await state.storage.getAlarm().map { $0 - state.now }
            }
        }
        #expect(due == 50)
        try host.advance(by: .milliseconds(50))
        #expect(lines.all.count { $0.contains("Attempted to run a scheduled alarm without a handler") } == 1)
        #expect(try host.runtime.core.objects.earliestAlarm() == nil)
    }

    @Test func `setting the time that is set writes nothing`() throws {
        let bells = try Belfry()
        let due = try bells.set(in: 50)
        let commits = bells.host.store.commitCount
        try bells.inside { try await $0.storage.setAlarm(due, allowConcurrency: true) }
        #expect(bells.host.store.commitCount == commits)
        #expect(try bells.inside { try await $0.storage.getAlarm(allowConcurrency: true) } == due)
    }

    @Test func `a constructor that sets the alarm without looking moves it away whenever the alarm wakes the object`()
        throws
    {
        for looks in [true, false] {
            let bells = try Belfry(
                constructor: { state in
                    if looks, try await state.storage.getAlarm() != nil { return }
                    try await state.storage.setAlarm(state.now + 60_000)
                }
            )
            let start = bells.now
            try bells.inside { _ in }
            try bells.advance(milliseconds: 130_000)
            #expect(bells.events.take().count == (looks ? 2 : 3))
            #expect(bells.runs.map { $0.at - start } == (looks ? [60_000] : []))
        }
    }

    @Test func `a clock that is set back does not let an alarm run before its time`() throws {
        let bells = try Belfry()
        let due = try bells.set(in: 50_000)
        bells.host.world.clock.jumpWallClock(byMilliseconds: -20_000)
        try bells.advance(milliseconds: 60_000)
        #expect(bells.runs.isEmpty)
        try bells.advance(milliseconds: 10_000)
        #expect(bells.runs.map(\.at) == [due])
    }

    @Test func `a clock that is set forward is noticed within the hour`() throws {
        let bells = try Belfry()
        let due = try bells.set(in: 86_400_000)
        bells.host.world.clock.jumpWallClock(byMilliseconds: 86_400_000)
        try bells.advance(milliseconds: 3_600_000)
        #expect(bells.runs.map(\.info.scheduledTime) == [due])
    }
}
