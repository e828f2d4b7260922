import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

/// What workflows cost, counted.
@Suite struct FigureScenarios {
    @Test func `WF 151: a stream of 100 MiB is stored, all on disk but the piece that is on its way`() throws {
        let (pieces, mebibyte) = (100, 1 << 20)
        let rigs = Mutex<Rig?>(nil)
        let made = Mutex(0)
        let rig = try Rig { _, step, effects in
            let stream = try await step.stream("s") { _ in
                ByteStream {
                    let number = made.withLock { made in
                        defer { made += 1 }
                        return made
                    }
                    let stored = try rigs.withLock { try $0.map { try Streams.rows($0) } }
                    if stored != 4 * number { effects.note("\(stored ?? -1) of \(4 * number)") }
                    return number < pieces ? [UInt8](repeating: UInt8(number), count: mebibyte) : nil
                }
            }
            var bytes = 0
            for try await piece in stream {
                let number = UInt8(bytes / mebibyte)
                if piece.count != 262_144 || piece.first != number || piece.last != number { effects.note("wrong") }
                bytes += piece.count
            }
            return .integer(Int64(bytes))
        }
        rigs.withLock { $0 = rig }
        try rig.create()
        try rig.advance(60_000)
        #expect(try rig.report().output == .integer(Int64(pieces * mebibyte)))
        #expect(rig.effects.all == [])
        #expect(made.withLock { $0 } == pieces + 1)
        rigs.withLock { $0 = nil }
    }

    private func commits(_ rig: Rig, during body: () throws -> Void) rethrows -> Int {
        let before = rig.host.store.commitCount
        try body()
        return rig.host.store.commitCount - before
    }

    @Test func `WF 171: what an instance costs at its creation, asleep, in a replay, for an event and for its readers`()
        throws
    {
        let (steps, sleepers, readers, events) = (10, 50, 1000, 5)
        let rig = try Rig { event, step, effects in
            if event.payload == "sleeper" {
                try await step.sleep("s", "1 day")
                return nil
            }
            for number in 0..<steps { try await step.do("x") { _ in effects.note("step \(number)") } }
            effects.note("replayed")
            for _ in 0..<events { _ = try await step.waitForEvent("w", type: "t", as: Int.self) }
            return "done"
        }
        // Its creation, two for each step, its first wait and its falling asleep.
        let running = try commits(rig) {
            try rig.create("a")
            try rig.advance(1000)
        }
        #expect(running <= 2 * steps + 3)
        // Its creation, its sleep and its falling asleep; then nothing of it is in memory.
        let falling = try commits(rig) {
            for number in 0..<sleepers { try rig.create("s\(number)", "sleeper") }
            try rig.advance(1000)
        }
        #expect(falling <= 3 * sleepers)
        try rig.advance(60_000)
        #expect(rig.host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        // A replay of all steps runs none of them, and nothing of it is written but that it began.
        let replaying = try commits(rig) {
            try rig.crash()
            try rig.send("t", 0)
            try rig.advance(1000)
        }
        #expect(replaying <= 5)
        #expect(rig.effects.count("replayed") == 2 && rig.effects.all.count == steps + 2)
        // An event with the end of its wait, and the next wait.
        let waking = try commits(rig) {
            for number in 1..<events { try rig.send("t", .integer(Int64(number))) }
            try rig.advance(1000)
        }
        #expect(waking <= 2 * events)
        #expect(try rig.report("a").output == "done")
        // Readers of the log cost no commit, and each is told of everything once.
        let log = try rig.log("a").map(\.eventId)
        let workflow = rig.host.bindings
        let reading = try commits(rig) {
            let told = try rig.host.run {
                try await withThrowingTaskGroup(of: [Int64].self) { group in
                    for _ in 0..<readers {
                        group.addTask {
                            var told: [Int64] = []
                            for try await event in try await workflow.get("a").subscribe() {
                                told.append(event.eventId)
                            }
                            return told
                        }
                    }
                    return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
                }
            }
            #expect(told.count == readers && told.allSatisfy { $0 == log })
        }
        #expect(reading == 0)
    }
}
