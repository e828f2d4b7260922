import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AlarmLifeTests {
    @Test func `DO 112: an alarm of an evicted object makes it anew, with its name`() throws {
        let bells = try Belfry()
        let due = try bells.set(in: 60_000, "the name")
        try bells.advance(milliseconds: 59_999)
        #expect(try bells.host.run { await isInMemory(bells.stub("the name")) } == false)
        #expect(bells.events.take() == ["made the name"])
        try bells.advance(milliseconds: 1)
        #expect(bells.events.take() == ["made the name"])
        #expect(bells.runs.map(\.object) == ["the name"])
        #expect(bells.runs.map(\.at) == [due])
    }

    @Test(arguments: [false, true])
    func `an object that was first used by an id without its name keeps the name once it is used by that`(
        isLogged: Bool
    ) throws {
        let bells = try Belfry(store: MemoryStore(isLogged: isLogged))
        let objects = bells.host.bindings
        func ring(by id: DurableObjectId) throws {
            try bells.host.run {
                try await runInDurableObject(objects.get(id)) { _, state in
                    try await state.storage.setAlarm(state.now + 20_000)
                }
            }
            // By then it has left memory, and it leaves it once more.
            try bells.advance(milliseconds: 40_000)
        }
        let named = objects.idFromName("late")
        let nameless = try objects.idFromString(named.description)
        try ring(by: nameless)
        try ring(by: named)
        try ring(by: nameless)
        #expect(bells.runs.map(\.object) == ["", "late", "late"])
        #expect(try bells.host.run { try await objects.list().objects.map(\.id.name) } == ["late"])
    }

    @Test func `DO 113: an alarm that came due while the host was down runs when it is up`() throws {
        let bells = try Belfry()
        let due = try bells.set(in: 5000)
        bells.host.world.clock.jumpWallClock(byMilliseconds: 3_600_000)
        try bells.host.restart()
        try bells.host.settle()
        #expect(bells.runs.map(\.at) == [due - 5000 + 3_600_000])
        #expect(bells.runs.map(\.info) == [AlarmInfo(retryCount: 0, scheduledTime: due)])
    }

    @Test func `DO 116: an abort in the handler is tried again, unless it says not to`() throws {
        for retries in [true, false] {
            let tally = Tally()
            let bells = try Belfry { state, _ in
                if tally.next() == 0 { try state.abort("over", retryAlarm: retries) }
            }
            try bells.set(in: 50)
            try bells.advance(milliseconds: 600_000)
            #expect(bells.runs.map(\.info.retryCount) == (retries ? [0, 1] : [0]))
            #expect(try bells.due() == nil)
        }
    }

    @Test func `an abort by another event gives up the alarm that runs and keeps one that was set meanwhile`() throws {
        for isSet in [true, false] {
            let bells = try Belfry { state, info in
                if info.retryCount == 0 { try await state.sleep(milliseconds: 1000) }
            }
            let due = try bells.set(in: 50)
            try bells.advance(milliseconds: 100)
            let next = isSet ? try bells.set(in: 30_000) : nil
            #expect(throws: DurableObjectError.self) { try bells.inside { try $0.abort(retryAlarm: false) } }
            #expect(try bells.due() == next)
            try bells.advance(milliseconds: 600_000)
            #expect(bells.runs.map(\.info.scheduledTime) == [due] + (next.map { [$0] } ?? []))
            #expect(bells.runs.allSatisfy { !$0.info.isRetry })
        }
    }

    @Test func `DO 117: a request runs while the handler waits, but not between its storage calls`() throws {
        let events = Recorder<String>()
        let bells = try Belfry(order: .arrival) { state, _ in
            events.add("alarm")
            try await state.sleep(milliseconds: 1000)
            events.add("store")
            for number in 0..<20 {
                try await state.storage.put("key", number)
                _ = try await state.storage.get("key", as: Int.self)
            }
            events.add("stored")
        }
        try bells.set(in: 50)
        try bells.advance(milliseconds: 50)
        try bells.inside { _ in events.add("while it waits") }
        let during = bells.host.world.start {
            await bells.host.world.sleep(milliseconds: 1000)
            try await runInDurableObject(bells.stub()) { _, _ in events.add("while it stores") }
        }
        try bells.advance(milliseconds: 1000)
        #expect(during.result != nil)
        let all = events.all
        #expect(all.prefix(2) == ["alarm", "while it waits"])
        let stores = try #require(all.firstIndex(of: "store"))
        #expect(all[all.index(after: stores)] == "stored")
    }

    @Test func `runs of one object's alarm never overlap, and one set meanwhile waits for the first to end`() throws {
        let under = Recorder<Int>()
        let bells = try Belfry { state, _ in
            under.add(1)
            #expect(under.all.reduce(0, +) == 1)
            try await state.sleep(milliseconds: 5000)
            under.add(-1)
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 50)
        let next = try bells.set(in: 10)
        #expect(try bells.due() == next)
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.map(\.at) == [due, due + 5000])
        #expect(bells.runs.map(\.info.scheduledTime) == [due, next])
    }

    @Test func `an alarm set in its handler to the same millisecond runs again`() throws {
        let tally = Tally()
        let bells = try Belfry { state, _ in
            if tally.next() < 3 { try await state.storage.setAlarm(1, allowUnconfirmed: true) }
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 50)
        #expect(bells.runs.map(\.at) == [due, due, due, due])
    }

    @Test func `DO 119: deleteAll takes the alarm along, or keeps it if asked to`() throws {
        for keeps in [true, false] {
            let bells = try Belfry()
            let due = try bells.set(in: 50_000)
            try bells.inside { state in
                try await state.storage.put("key", 1)
                try await state.storage.setAlarm(name: "named", due)
                try await state.storage.deleteAll(keepsAlarm: keeps)
                try await state.storage.deleteAll(keepsAlarm: keeps)
            }
            try bells.host.restart()
            #expect(try bells.due() == (keeps ? due : nil))
            #expect(try bells.inside { try await $0.storage.listAlarms().map(\.name) } == (keeps ? ["", "named"] : []))
            try bells.advance(milliseconds: 600_000)
            #expect(bells.runs.count == (keeps ? 2 : 0))
        }
    }

    @Test func `an alarm that is set after deleteAll stays`() throws {
        let bells = try Belfry()
        try bells.set(in: 50_000)
        let due = try bells.inside { state in
            try await state.storage.deleteAll()
            try await state.storage.setAlarm(state.now + 9000)
            return state.now + 9000
        }
        try bells.advance(milliseconds: 600_000)
        #expect(bells.runs.map(\.at) == [due])
    }

    @Test func `DO 120: deleteAll in the handler leaves nothing, and the alarm does not run again`() throws {
        for (keeps, fails) in [(false, false), (true, false), (false, true)] {
            let bells = try Belfry { state, _ in
                try await state.storage.put("key", 1)
                try await state.storage.deleteAll(keepsAlarm: keeps)
                if fails { throw ShapeError(text: "late") }
            }
            try bells.inside { try await $0.storage.put("old", 1) }
            try bells.set(in: 50)
            try bells.advance(milliseconds: 600_000)
            #expect(bells.runs.count == 1)
            #expect(try bells.inside { try await $0.storage.list(as: Int.self).keys } == [])
            #expect(try bells.due() == nil)
        }
    }

    @Test func `DO 121: a handler that runs for over 15 minutes resets its object and is tried again`() throws {
        let bells = try Belfry { state, info in
            if info.retryCount == 0 { try await state.sleep(milliseconds: 3_600_000) }
        }
        let due = try bells.set(in: 50)
        try bells.advance(milliseconds: 50)
        let waiting = bells.begin { try await $0.sleep(milliseconds: 3_600_000) }
        try bells.advance(milliseconds: 899_999)
        #expect(waiting.result == nil)
        try bells.advance(milliseconds: 1)
        let error = try #require(waiting.failure(as: DurableObjectError.self))
        #expect(error.message == "Alarm exceeded its allowed execution time")
        #expect(error.durableObjectReset)
        try bells.advance(milliseconds: 2500)
        #expect(bells.runs.map(\.info.retryCount) == [0, 1])
        #expect(bells.runs.allSatisfy { $0.info.scheduledTime == due })
        try bells.advance(milliseconds: 10_000_000)
        #expect(bells.runs.count == 2)
    }

    @Test func `DO 122: an alarm whose class has lost its handler is removed with a warning`() throws {
        let isMute = Recorder<Bool>()
        let lines = Recorder<String>()
        let env = BellEnvironment()
        let host = try SimulatedHost(log: EventLog { lines.add($0) }) { runtime in
            let isMute = isMute.all.last == true
            let bells = isMute ? nil : try runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell")
            if isMute { _ = try runtime.register(MuteBell.self, binding: "BELL", uniqueKey: "bell") }
            try runtime.start(environment: env)
            return bells
        }
        try host.run {
            let bells = try #require(host.bindings)
            try await runInDurableObject(bells.getByName("x")) { _, state in
                try await state.storage.setAlarm(state.now + 50)
            }
        }
        isMute.add(true)
        try host.restart()
        try host.advance(by: .seconds(600))
        let text =
            "Attempted to run a scheduled alarm without a handler, did you remember to export an alarm() function?"
        #expect(lines.all == ["error: " + text])
        #expect(env.runs.all.isEmpty)
        #expect(try host.runtime.core.objects.earliestAlarm() == nil)
    }

    @Test func `alarms of a class that is not registered wait for it`() throws {
        let env = BellEnvironment()
        let isLate = Recorder<Bool>()
        let lines = Recorder<String>()
        let host = try SimulatedHost(log: EventLog { lines.add($0) }) { runtime in
            let bells =
                isLate.all.isEmpty
                ? try runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell", environment: env) : nil
            try runtime.start(environment: env)
            return bells
        }
        try host.run {
            let bells = try #require(host.bindings)
            for name in ["x", "y"] {
                try await runInDurableObject(bells.getByName(name)) { _, state in
                    try await state.storage.setAlarm(state.now + 50)
                }
            }
        }
        isLate.add(true)
        try host.restart()
        try host.advance(by: .seconds(600))
        #expect(env.runs.all.isEmpty)
        #expect(lines.all == ["error: Alarms of a class that is not registered are due; they stay stored."])
        _ = try host.runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell", environment: env)
        try host.settle()
        #expect(env.runs.all.map(\.object).sorted() == ["x", "y"])
    }
}
