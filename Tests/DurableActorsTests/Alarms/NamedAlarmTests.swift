import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct NamedAlarmTests {
    @Test func `alarms with names are set, listed, moved and deleted each on its own`() throws {
        let bells = try Belfry()
        let start = bells.now
        try bells.inside { state in
            try await state.storage.setAlarm(name: "b", start + 300)
            try await state.storage.setAlarm(name: "a", start + 200)
            try await state.storage.setAlarm(start + 100)
            try await state.storage.setAlarm(name: "c", start + 400)
            try await state.storage.setAlarm(name: "c", start + 150)
            try await state.storage.deleteAlarm(name: "b")
        }
        try bells.inside { state in
            let all = try await state.storage.listAlarms()
            #expect(all.map(\.name) == ["", "a", "c"])
            #expect(all.map { $0.due - start } == [100, 200, 150])
            #expect(try await state.storage.getAlarm(name: "a") == start + 200)
            #expect(try await state.storage.getAlarm(name: "b") == nil)
            #expect(try await state.storage.getAlarm(name: "") == start + 100)
            #expect(try await state.storage.getAlarm() == start + 100)
        }
        try bells.host.restart()
        try bells.advance(milliseconds: 1000)
        #expect(bells.runs.map(\.info.name) == ["", "c", "a"])
        #expect(bells.runs.map { $0.at - start } == [100, 150, 200])
        #expect(try bells.inside { try await $0.storage.listAlarms().count } == 0)
    }

    @Test func `runs of different alarms of one object do not overlap and go in order of time`() throws {
        let under = Recorder<Int>()
        let bells = try Belfry { state, _ in
            under.add(1)
            #expect(under.all.reduce(0, +) == 1)
            try await state.sleep(milliseconds: 1000)
            under.add(-1)
        }
        let start = bells.now
        try bells.inside { state in
            for name in ["c", "a", "d", "b"] { try await state.storage.setAlarm(name: name, start + 50) }
            try await state.storage.setAlarm(name: "e", start + 40)
        }
        try bells.inside("other") { try await $0.storage.setAlarm(start + 9000) }
        try bells.advance(milliseconds: 8000)
        #expect(bells.runs.map(\.info.name) == ["e", "a", "b", "c", "d"])
        #expect(bells.runs.map { $0.at - start } == [40, 1040, 2040, 3040, 4040])
    }

    @Test func `an alarm that fails is tried again on its own while others of its object run`() throws {
        let bells = try Belfry { _, info in
            if info.name == "bad" { throw ShapeError(text: "bad") }
        }
        let start = bells.now
        try bells.inside { state in
            try await state.storage.setAlarm(name: "bad", start + 50)
            for name in 1...5 { try await state.storage.setAlarm(name: "good \(name)", start + Int64(name) * 1000) }
        }
        try bells.advance(milliseconds: 1_000_000)
        let bad = bells.runs.filter { $0.info.name == "bad" }
        let good = bells.runs.filter { $0.info.name != "bad" }
        #expect(bad.map(\.info.retryCount) == [0, 1, 2, 3, 4, 5, 6])
        #expect(good.map { $0.at - start } == [1000, 2000, 3000, 4000, 5000])
        #expect(good.allSatisfy { $0.info.retryCount == 0 })
        #expect(try bells.inside { try await $0.storage.listAlarms().count } == 0)
    }

    @Test func `while a handler runs its own alarm reads as absent and the others as they are`() throws {
        let seen = Recorder<[String]>()
        let bells = try Belfry { state, info in
            guard info.name == "a" else { return }
            seen.add(try await state.storage.listAlarms().map(\.name))
            try await state.storage.setAlarm(name: "a", state.now + 1000)
            seen.add(try await state.storage.listAlarms().map(\.name))
            try await state.storage.deleteAlarm(name: "a")
        }
        let start = bells.now
        try bells.inside { state in
            try await state.storage.setAlarm(name: "a", start + 50)
            try await state.storage.setAlarm(name: "b", start + 9000)
        }
        try bells.advance(milliseconds: 60_000)
        #expect(seen.all == [["b"], ["a", "b"]])
        #expect(bells.runs.map(\.info.name) == ["a", "b"])
    }

    @Test func `a name of 256 bytes is taken and one of more is refused`() throws {
        let bells = try Belfry()
        let longest = String(repeating: "é", count: 128)
        let due = bells.now + 50
        try bells.inside { try await $0.storage.setAlarm(name: longest, due) }
        let error = #expect(throws: DurableObjectError.self) {
            try bells.inside { try await $0.storage.setAlarm(name: longest + "x", due) }
        }
        #expect(error?.message == "An alarm's name is at most 256 bytes long.")
        try bells.advance(milliseconds: 50)
        #expect(bells.runs.map(\.info.name) == [longest])
    }

    @Test func `a test runs one alarm by its name early`() throws {
        let bells = try Belfry()
        try bells.inside { try await $0.storage.setAlarm(name: "a", $0.now + 1_000_000) }
        let stub = bells.stub()
        let ran = try bells.host.run {
            [
                try await runDurableObjectAlarm(stub),
                try await runDurableObjectAlarm(stub, name: "a"),
                try await runDurableObjectAlarm(stub, name: "a"),
            ]
        }
        #expect(ran == [false, true, false])
    }
}
