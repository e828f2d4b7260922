import DurableActors
import DurableActorsTestKit
import Testing

/// Three alarms that each run three times, the second time failing first, on hosts that crash and disks that fail.
@Suite struct AlarmCrashTests {
    private static let names = ["", "a", "b"]

    private func bells(_ seed: UInt64, _ store: MemoryStore) throws -> Belfry {
        try Belfry(seed: seed, store: store) { state, info in
            let key = "rounds \(info.name)"
            let rounds: Int = try state.storage.kv.get(key) ?? 0
            if rounds == 1, info.retryCount == 0 { throw ShapeError(text: "second round") }
            try state.storage.kv.put(key, rounds + 1)
            if rounds < 2 { try await state.storage.setAlarm(name: info.name, state.now + 1000) }
        }
    }

    private func begin(_ bells: Belfry) throws {
        try bells.inside { state in
            if try state.storage.kv.get("begun", as: Bool.self) == true { return }
            try state.storage.kv.put("begun", true)
            for (number, name) in Self.names.enumerated() {
                try await state.storage.setAlarm(name: name, state.now + 1000 + Int64(number) * 700)
            }
        }
    }

    private func expectDone(_ bells: Belfry, _ comment: Comment) throws {
        let rounds = try bells.inside { state in
            try Self.names.map { try state.storage.kv.get("rounds \($0)", as: Int.self) ?? 0 }
        }
        #expect(rounds.allSatisfy { $0 >= 3 }, comment)
        #expect(try bells.host.runtime.core.objects.earliestAlarm() == nil, comment)
        #expect(bells.runs.allSatisfy { $0.at >= $0.info.scheduledTime }, comment)
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `alarms run to their end whichever commit the host dies at`(seed: UInt64) throws {
        let store = MemoryStore(keepsHistory: true, isLogged: seed % 2 == 0)
        let first = try bells(seed, store)
        try begin(first)
        try first.advance(milliseconds: 60_000)
        try expectDone(first, "without a crash")
        #expect(store.commitCount > 10)
        for commit in 0...store.commitCount {
            let second = try bells(seed, store.copy(afterCommit: commit))
            try begin(second)
            try second.advance(milliseconds: 60_000)
            try expectDone(second, "after commit \(commit)")
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `alarms run to their end whichever write fails`(seed: UInt64) throws {
        for write in 1...20 {
            let store = MemoryStore(isLogged: seed % 2 == 0)
            let bells = try bells(seed, store)
            store.failWrite(write, with: StorageError(.io, "The disk is gone."))
            do { try begin(bells) } catch is DurableObjectError { try begin(bells) }
            try bells.advance(milliseconds: 60_000)
            try expectDone(bells, "write \(write)")
        }
    }
}
