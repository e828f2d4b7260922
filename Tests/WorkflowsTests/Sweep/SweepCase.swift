import DurableActors
import Workflows

/// What reaches the world from closures: each call of one, by step and attempt.
struct Outside: Sendable {
    let witness: DurableObjectNamespace<Witness>
    let child: Workflow<SweepChild>

    func saw(_ text: String) async throws { try await witness.getByName("w").saw(text) }

    func saw(_ context: WorkflowStepContext, _ what: String = "") async throws {
        try await saw("\(what)\(context.step.name)-\(context.step.count)#\(context.attempt)")
    }
}

/// A workflow of the corpus and what it comes to, however often it is cut.
struct SweepCase: Sendable {
    let name: String
    /// The events it takes, in order.
    var events: [JSONValue] = []
    let output: JSONValue?
    /// What its rollback undoes, in order.
    var undone: [String] = []
    /// How often its closures throw on purpose.
    var failures = 0
    let script: @Sendable (WorkflowStep, Outside) async throws -> JSONValue

    private static let quick = StepConfig(retries: .init(limit: 20, delay: "2 seconds", backoff: .constant))

    private static func work(_ step: WorkflowStep, _ outside: Outside, _ name: String) async throws -> JSONValue {
        try await step.do(name, quick) { context in
            try await outside.saw(context)
            return .string(name)
        }
    }

    private static func branch(_ outside: Outside, _ name: String) -> WorkflowBranch<JSONValue> {
        .do(name, quick) { context in
            try await outside.saw(context)
            return .string(name)
        }
    }

    private static func take(_ step: WorkflowStep, _ name: String) async throws -> JSONValue {
        try await step.waitForEvent(name, type: "t", timeout: "300 days", as: JSONValue.self).payload
    }

    static let corpus = [
        SweepCase(name: "sequential", output: ["a", "b", "c"]) { step, outside in
            [
                try await work(step, outside, "a"), try await work(step, outside, "b"),
                try await work(step, outside, "c"),
            ]
        },
        SweepCase(name: "retrying", output: "third", failures: 2) { step, outside in
            try await step.do("x", quick) { context in
                try await outside.saw(context)
                if context.attempt < 3 { throw WorkflowError(boom: "x") }
                return "third"
            }
        },
        SweepCase(name: "sleeping", output: ["a", "b"]) { step, outside in
            let first = try await work(step, outside, "a")
            try await step.sleep("s", "1 minute")
            let second = try await work(step, outside, "b")
            try await step.sleep("s", "10 seconds")
            return [first, second]
        },
        SweepCase(name: "waiting", events: [1, 2, 3], output: [1, 2, 3]) { step, outside in
            var got: [JSONValue] = []
            try await step.sleep("s", "2 seconds")
            for _ in 0..<3 { got.append(try await take(step, "w")) }
            _ = try await work(step, outside, "after")
            return .array(got)
        },
        SweepCase(name: "parallel", output: ["a", "b", "c"]) { step, outside in
            .array(try await step.all([branch(outside, "a"), branch(outside, "b"), branch(outside, "c")]))
        },
        SweepCase(name: "grouped", events: ["e"], output: ["slept", "e", "a"]) { step, outside in
            try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
                group.addTask {
                    try await step.sleep("s", "20 seconds")
                    return (0, "slept")
                }
                group.addTask { (1, try await take(step, "w")) }
                group.addTask { (2, try await work(step, outside, "a")) }
                var values: [JSONValue] = [nil, nil, nil]
                for try await (index, value) in group { values[index] = value }
                return .array(values)
            }
        },
        SweepCase(name: "race", output: [true, true]) { step, outside in
            let first = try await step.race("r", [branch(outside, "a"), branch(outside, "b")])
            try await step.sleep("s", "5 seconds")
            let second = try await step.do("same") { _ in first.value }
            return [.bool(first.value == second), .bool(first.value == (first.index == 0 ? "a" : "b"))]
        },
        SweepCase(name: "nested", output: "inner") { step, outside in
            try await step.do("outer", quick) { context in
                try await outside.saw(context)
                let inner = try await work(step, outside, "inner")
                try await step.sleep("in", "3 seconds")
                return inner
            }
        },
        SweepCase(name: "saga", output: nil, undone: ["c-1", "b-1", "a-1"]) { step, outside in
            for name in ["a", "b", "c"] {
                _ = try await step.do(name, quick) { context in
                    try await outside.saw(context)
                    return name
                } rollback: { context in
                    try await outside.saw(context.ctx, "undo ")
                }
            }
            throw WorkflowError(boom: "rolled back")
        },
        SweepCase(name: "caught", output: "caught x", failures: 1) { step, outside in
            do {
                try await step.do("x", StepConfig(retries: .init(limit: 0, delay: 0))) { context in
                    try await outside.saw(context)
                    throw NonRetryableError("x")
                }
            } catch let error as WorkflowError {
                _ = try await work(step, outside, "after")
                return .string("caught \(error.message)")
            }
            return "not caught"
        },
        SweepCase(name: "timed out", output: ["timed out", "done"]) { step, outside in
            do {
                return try await step.waitForEvent("w", type: "never", timeout: "5 seconds", as: JSONValue.self).payload
            } catch let error as WorkflowError where error.name == "WorkflowTimeoutError" {
                return ["timed out", try await step.do("x") { _ in "done" }]
            }
        },
        SweepCase(name: "stream", output: [600_000, 600_000]) { step, outside in
            let stream = try await step.stream("s", quick) { context in
                try await outside.saw(context)
                return Streams.of([[UInt8](repeating: 1, count: 300_000), [UInt8](repeating: 2, count: 300_000)])
            }
            let count = Int64(try await Streams.count(stream))
            try await step.sleep("s", "5 seconds")
            return [.integer(count), try await step.do("again") { _ in .integer(count) }]
        },
        SweepCase(name: "parent", output: ["child a", "b"]) { step, outside in
            let child = try await step.runChild("c", outside.child, "a")
            return [.string(child), try await work(step, outside, "b")]
        },
    ]
}

/// The child of a workflow of the corpus.
struct SweepChild: WorkflowEntrypoint {
    let env: DurableObjectNamespace<Witness>
    init(ctx: WorkflowContext, env: DurableObjectNamespace<Witness>) { self.env = env }

    func run(_ event: WorkflowEvent<String>, _ step: WorkflowStep) async throws -> String {
        try await step.sleep("s", "5 seconds")
        return try await step.do("child") { context in
            try await env.getByName("w").saw("child-1#\(context.attempt)")
            return "child \(event.payload)"
        }
    }
}
