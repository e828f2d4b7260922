import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

/// A node of a graph: a step that runs once all before it have ended or are not taken.
private struct GraphNode: Sendable {
    let id: String
    var after: [String] = []
    /// Whether it is taken, by what was given before it: pure, so the same in every lifetime.
    var isTaken: @Sendable ([String: JSONValue]) -> Bool = { _ in true }
    var config = StepConfig()
    var work: @Sendable ([String: JSONValue]) async throws -> JSONValue = { _ in nil }

    /// Interprets a graph whose nodes are in topological order; those that are ready begin together, in that order.
    static func run(_ graph: [GraphNode], _ step: WorkflowStep, _ effects: Effects) async throws -> JSONValue {
        var given: [String: JSONValue] = [:]
        var settled: Set<String> = []
        while settled.count < graph.count {
            let before = given
            let ready = graph.filter { !settled.contains($0.id) && settled.isSuperset(of: $0.after) }
            let taken = ready.filter { node in
                (node.after.isEmpty || node.after.contains { before[$0] != nil }) && node.isTaken(before)
            }
            let values = try await step.all(
                taken.map { node in
                    .do("node:\(node.id)", node.config) { context in
                        effects.note("\(node.id) \(context.attempt)")
                        return try await node.work(before)
                    }
                }
            )
            for (node, value) in zip(taken, values) { given[node.id] = value }
            settled.formUnion(ready.map(\.id))
        }
        return .object(JSONObject(given.map { (key: $0.key, value: $0.value) }))
    }
}

/// Graphs of nodes interpreted by one workflow.
@Suite struct GraphScenarios {
    private static let diamond = [
        GraphNode(id: "start", work: { _ in 1 }),
        GraphNode(id: "a", after: ["start"], work: { ["a", $0["start"] ?? nil] }),
        GraphNode(id: "b", after: ["start"], work: { ["b", $0["start"] ?? nil] }),
        GraphNode(id: "join", after: ["a", "b"], work: { [$0["a"] ?? nil, $0["b"] ?? nil] }),
        GraphNode(id: "end", after: ["join"], work: { $0["join"] ?? nil }),
    ]

    private func ended(_ node: String, in rig: Rig) throws -> [JSONValue] {
        try rig.log().filter { $0.name == .stepCompleted && $0.details["stepName"] == .string("node:\(node)-1") }
            .map { $0.details["output"] ?? nil }
    }

    @Test func `WF 179: a graph that is cut after any commit has one output of each node`() throws {
        let script: Script = { _, step, effects in try await GraphNode.run(Self.diamond, step, effects) }
        var points = 0
        for seed in 1...8 as ClosedRange<UInt64> {
            let store = MemoryStore(keepsHistory: true)
            let whole = try Rig(seed: seed, store: store, script)
            try whole.create()
            let created = store.commitCount
            try whole.advance(60_000)
            let output = try #require(try whole.report().output)
            #expect(output["end"] == [["a", 1], ["b", 1]])
            for commit in created...store.commitCount {
                let rig = try Rig(seed: seed + 8, store: store.copy(afterCommit: commit), script)
                try rig.advance(120_000)
                #expect(try rig.report().output == output, "seed \(seed), commit \(commit)")
                for node in Self.diamond {
                    #expect(try ended(node.id, in: rig).count == 1, "\(node.id), seed \(seed), commit \(commit)")
                    #expect(rig.effects.all.count { $0.hasPrefix("\(node.id) ") } <= 1)
                }
                points += 1
            }
        }
        #expect(points > 24)
    }

    @Test(arguments: ["yes", "no"])
    func `WF 180: a branch that is not taken is not waited for by the join of all`(choice: String) throws {
        let graph = [
            GraphNode(id: "choice", work: { _ in .string(choice) }),
            GraphNode(id: "yes", after: ["choice"], isTaken: { $0["choice"] == "yes" }, work: { _ in 1 }),
            GraphNode(id: "no", after: ["choice"], isTaken: { $0["choice"] == "no" }, work: { _ in 0 }),
            GraphNode(id: "after no", after: ["no"], work: { _ in 2 }),
            GraphNode(id: "join", after: ["yes", "after no"], work: { .integer(Int64($0.count)) }),
        ]
        let rig = try Rig { _, step, effects in try await GraphNode.run(graph, step, effects) }
        try rig.create()
        try rig.advance(60_000)
        #expect(try rig.report().output?["join"] == (choice == "yes" ? 2 : 3))
        #expect(
            rig.effects.all
                == (choice == "yes" ? ["choice 1", "yes 1", "join 1"] : ["choice 1", "no 1", "after no 1", "join 1"])
        )
    }

    @Test func `WF 183: a restart from a node keeps what ran beside it and began before`() throws {
        let graph = [
            GraphNode(id: "a"), GraphNode(id: "d", after: ["a"]), GraphNode(id: "c", after: ["a"]),
            GraphNode(id: "end", after: ["c", "d"]),
        ]
        let rig = try Rig { _, step, effects in try await GraphNode.run(graph, step, effects) }
        try rig.create()
        try rig.advance(60_000)
        #expect(rig.effects.all.sorted() == ["a 1", "c 1", "d 1", "end 1"])
        rig.effects.clear()
        try rig.control { try await $0.restart(from: "node:c") }
        try rig.advance(60_000)
        #expect(try rig.status() == .complete)
        #expect(rig.effects.all == ["c 1", "end 1"])
    }

    @Test(arguments: [0, 3000, 60_000] as [Int64])
    func `WF 182: a server that says when to come again is asked then, over a crash too`(down: Int64) throws {
        /// The status of an answer that is tried again, and when.
        struct Busy: Error, CustomStringConvertible {
            let seconds: Int
            var description: String { "Retry-After \(seconds)" }
        }
        let outside = Mutex<Fetcher?>(nil)
        let policy = StepConfig.Retries(limit: 3, backoff: .constant) { context in
            let seconds = context.error.message.split(separator: " ").last.flatMap { Int64($0) } ?? 1
            return WorkflowDuration(milliseconds: seconds * 1000)
        }
        let node = GraphNode(id: "http", config: StepConfig(retries: policy)) { _ in
            let answer = try await outside.withLock { $0 }?.fetch("https://api.example.com/")
            if answer?.status == 429 {
                throw Busy(seconds: answer?.headers.get("retry-after").flatMap { Int($0) } ?? 1)
            }
            return .string(try await answer?.text() ?? "")
        }
        let rig = try Rig { _, step, effects in try await GraphNode.run([node], step, effects) }
        outside.withLock { $0 = rig.host.runtime.fetcher }
        rig.host.world.network.on("api.example.com") { [world = rig.host.world] _ in
            let elapsed = world.clock.nowMilliseconds - SimulatedWorld.defaultEpochMilliseconds
            rig.effects.note("asked at \(elapsed)")
            return elapsed < 7000 ? Response("busy", status: 429, headers: ["retry-after": "7"]) : Response("free")
        }
        try rig.create()
        try rig.advance(1000)
        if down > 0 { try rig.crash(downFor: down) }
        try rig.advance(60_000)
        #expect(try rig.report().output == ["http": "free"])
        #expect(rig.effects.all == ["http 1", "asked at 0", "http 2", "asked at \(max(7000, 1000 + down))"])
    }
}
