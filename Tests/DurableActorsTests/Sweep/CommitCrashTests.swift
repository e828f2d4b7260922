import DurableActors
import DurableActorsTestKit
import Testing

/// A script that writes in every way there is, cut by a crash after each of its commits.
@Suite struct CommitCrashTests {
    private static let epoch = SimulatedWorld.defaultEpochMilliseconds

    private static func values() -> [ScriptStep] {
        [
            ScriptStep(
                "two keys of one turn",
                { try $0.call { try await $0.put(["a": 1, "b": 2], after: nil) } },
                { (model: inout ScriptModel) in
                    model["one", "a"] = 1
                    model["one", "b"] = 2
                }
            ),
            ScriptStep(
                "two turns of one event",
                { try $0.call { try await $0.put(["c": 3], after: 5) } },
                { $0["one", "paused"] = 1 },
                { $0["one", "c"] = 3 }
            ),
            ScriptStep(
                "a key replaced by another",
                { try $0.call { try await $0.replace("a", by: "d") } },
                { (model: inout ScriptModel) in
                    model["one", "a"] = nil
                    model["one", "d"] = 1
                }
            ),
            ScriptStep(
                "a transaction",
                { try $0.call { try await $0.transact("kept", fails: false) } },
                { $0["one", "before kept"] = 1 },
                { (model: inout ScriptModel) in
                    model["one", "first kept"] = 1
                    model["one", "second kept"] = 1
                }
            ),
            ScriptStep(
                "a transaction that fails",
                { try $0.call { try await $0.transact("undone", fails: true) } },
                { $0["one", "before undone"] = 1 }
            ),
            ScriptStep(
                "another object",
                { try $0.call("two") { try await $0.put(["x": 1], after: nil) } },
                { $0["two", "x"] = 1 }
            ),
        ]
    }

    private static func life() -> [ScriptStep] {
        [
            ScriptStep(
                "alarms set",
                { try $0.call { try await $0.setAlarms(["": epoch + 50_000, "n": epoch + 90_000], deleting: []) } },
                { (model: inout ScriptModel) in
                    model["one", "alarm "] = epoch + 50_000
                    model["one", "alarm n"] = epoch + 90_000
                    model["one", "alarms"] = 2
                }
            ),
            ScriptStep(
                "an alarm deleted and another set",
                { try $0.call { try await $0.setAlarms(["m": epoch + 95_000], deleting: ["n"]) } },
                { (model: inout ScriptModel) in
                    model["one", "alarm n"] = nil
                    model["one", "alarm m"] = epoch + 95_000
                    model["one", "alarms"] = 1
                }
            ),
            ScriptStep("a socket taken", { try $0.connect() }),
            ScriptStep(
                "a message",
                { run in
                    let answer = try run.ask()
                    #expect(answer == "42")
                },
                { $0["one", "heard"] = 42 }
            ),
            ScriptStep("an eviction", { run in try run.call { try await evictDurableObject($0) } }),
            ScriptStep(
                "a message to a hibernated object",
                { run in
                    let answer = try run.ask()
                    #expect(answer == "43")
                },
                { $0["one", "heard"] = 43 }
            ),
            ScriptStep(
                "an alarm",
                { run in
                    let now = run.host.world.clock.nowMilliseconds
                    try run.host.advance(by: .milliseconds(epoch + 50_100 - now))
                },
                { (model: inout ScriptModel) in
                    model["one", "alarm "] = nil
                    model["one", "rings"] = 1
                }
            ),
            ScriptStep(
                "all entries and alarms deleted",
                { try $0.call { try await $0.clear(thenPut: "z") } },
                { (model: inout ScriptModel) in
                    model.clear("one")
                    model["one", "z"] = 1
                }
            ),
            ScriptStep(
                "an object removed",
                { run in
                    let objects = run.host.bindings
                    try run.host.run { try await objects.delete(objects.idFromName("two")) }
                },
                { $0.clear("two") }
            ),
            ScriptStep(
                "an object that comes again",
                { try $0.call("two") { try await $0.put(["y": 1], after: nil) } },
                { $0["two", "y"] = 1 }
            ),
        ]
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a crash after any commit finds a state that the script went through, and all that was told`(
        seed: UInt64
    ) throws {
        let run = try ScriptRun(seed: seed)
        let violations = try run.violations(of: Self.values() + Self.life())
        #expect(violations == [])
        #expect(run.commits > 16)
    }

    @Test(arguments: [
        (DeliberateFaults.openOutputGate, "told before it was durable"), (.keptRollbacks, "a transaction that fails"),
    ])
    func `a host that is wrong on purpose is caught`(fault: DeliberateFaults, says: String) throws {
        let caught = try (1...20 as ClosedRange<UInt64>).first { seed in
            try ScriptRun(seed: seed, faults: fault).violations(of: Self.values()).contains { $0.contains(says) }
        }
        #expect(caught != nil)
    }
}
