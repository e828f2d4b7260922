import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// A crash after each commit of a run: whatever the disk held then, the run ends the same and no ended step runs again.
@Suite struct CrashSweepTests {
    /// Three steps, one of which fails at first, a sleep and an event.
    private static let script: Script = { _, step, effects in
        var results: [JSONValue] = []
        for name in ["a", "b", "c"] {
            let value = try await step.do(name, StepConfig(retries: .init(limit: 3, delay: "1 second"))) { context in
                effects.note("\(name) begins")
                // Gives the executor up, so that the attempt's start is a commit of its own.
                await Task.yield()
                if name == "b", context.attempt == 1 { throw WorkflowError(boom: "b fails first") }
                effects.note("\(name) ends")
                return name
            }
            effects.note("after \(name)")
            results.append(.string(value))
        }
        try await step.sleep("rest", "1 minute")
        let event = try await step.waitForEvent("wait", type: "go", timeout: "1 day", as: String.self)
        return .array(results + [.string(event.payload)])
    }

    private enum Cut {
        case ended(JSONValue?)
        /// The crash came before the creation was on disk, and before anyone was told of it.
        case neverCreated
        case pastTheEnd
    }

    private func run(seed: UInt64, crashAfterCommit crash: Int?) throws -> Cut {
        let store = MemoryStore(keepsHistory: true)
        var rig = try Rig(seed: seed, store: store, Self.script)
        try rig.create()
        let answered = store.commitCount
        try rig.send("go", "now")
        if let crash {
            try rig.advance(120_000)
            guard crash <= store.commitCount else { return .pastTheEnd }
            rig = try Rig(seed: seed &+ 1, store: store.copy(afterCommit: crash), Self.script)
            do {
                _ = try rig.status()
            } catch WorkflowError.instanceNotFound {
                #expect(crash < answered, "an instance that was answered for is gone")
                return .neverCreated
            }
            // The event may be lost with a crash before it was answered; sent again it is at worst one too many.
            if try rig.status() != .complete { try rig.send("go", "now") }
            try rig.finish()
            try check(rig.effects.all, point: crash)
        } else {
            try rig.finish()
        }
        #expect(try rig.status() == .complete)
        return .ended(try rig.report().output)
    }

    /// In the history after a crash each step may end once: what was on disk is not run, what was not is run again.
    private func check(_ after: [String], point: Int) throws {
        for name in ["a", "b", "c"] {
            let ends = after.count { $0 == "\(name) ends" }
            #expect(ends <= 1, "step \(name) ended \(ends) times in one history, crash after commit \(point)")
        }
    }

    @Test func `a crash after any commit changes neither the result nor runs an ended step again`() throws {
        for seed in 1...UInt64(20) {
            guard case .ended(["a", "b", "c", "now"]) = try run(seed: seed, crashAfterCommit: nil) else {
                Issue.record("the run without a crash ends otherwise, seed \(seed)")
                return
            }
            var points = 0
            sweep: for point in 0... {
                switch try run(seed: seed, crashAfterCommit: point) {
                case .ended(let output):
                    #expect(output == ["a", "b", "c", "now"], "seed \(seed), crash after commit \(point)")
                    points += 1
                case .neverCreated: continue
                case .pastTheEnd: break sweep
                }
            }
            #expect(points >= 6, "a run has more commits than \(points)")
        }
    }
}
