public import Measure

/// Durable workflows of 1 and 10 steps, whole instances from creation to stored result, beside DBOS's.
public func workflowCases(directory: String) -> [BenchmarkCase] {
    [
        rateCase(steps: 1, callers: 1, peer: "dbos.sqlite.1steps.1callers", directory),
        rateCase(steps: 10, callers: 1, peer: "dbos.sqlite.10steps.1callers", directory),
        rateCase(steps: 10, callers: 1_000, peer: "dbos.postgresql.10steps.8callers", directory),
        BenchmarkCase(
            "workflows.steps.1instance",
            unit: "steps/s",
            peer: "objects.put.overwrite.1",
            note: "the steps of instances of 1,000, one after the other, beside the commits of one caller",
            setUp: { try WorkflowHost("steps", in: directory) },
            tearDown: { try $0.remove() },
            slice: { host, duration in
                try await host.host.repeating(for: duration, callers: 1, weight: 1_000) { _, _ in
                    try await host.run(1_000)
                }
            }
        ),
        BenchmarkCase(
            "workflows.steps.1000instances",
            unit: "steps/s",
            limit: "objects.put.overwrite.1000",
            note: "1,000 instances at a time, 200 steps each, from the first creation to the last end",
            setUp: { try WorkflowHost("steps-1000", in: directory) },
            tearDown: { try $0.remove() },
            slice: { host, duration in
                try await host.host.repeating(for: duration, callers: 1_000, weight: 200) { _, _ in
                    try await host.run(200)
                }
            }
        ),
        BenchmarkCase(
            "workflows.replay.1000steps",
            unit: "ms",
            note: "an instance of 1,000 steps out of memory is sent the event it waits for, replays and ends",
            setUp: { try WorkflowHost("replay", in: directory) },
            tearDown: { try $0.remove() },
            slice: { host, _ in try await host.replay(1_000) }
        ),
    ]
}

private func rateCase(steps: Int, callers: Int, peer: BenchmarkCase.Beside, _ directory: String) -> BenchmarkCase {
    BenchmarkCase(
        "workflows.\(steps)steps.\(callers)callers",
        unit: "workflows/s",
        peer: peer,
        note: "each caller creates an instance and waits until it is complete",
        setUp: { try WorkflowHost("workflows-\(steps)-\(callers)", in: directory) },
        tearDown: { try $0.remove() },
        slice: { host, duration in
            try await host.host.repeating(for: duration, callers: callers, weight: 1) { _, _ in
                try await host.run(steps)
            }
        }
    )
}
