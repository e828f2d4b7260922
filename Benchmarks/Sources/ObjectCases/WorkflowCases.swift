public import Measure

/// Durable workflows of 1 and 10 steps, whole instances from creation to stored result, beside DBOS's.
public func workflowCases(directory: String) -> [BenchmarkCase] {
    [
        rateCase(steps: 1, callers: 1, peer: "dbos.sqlite.1steps.1callers", directory),
        rateCase(steps: 10, callers: 1, peer: "dbos.sqlite.10steps.1callers", directory),
        rateCase(steps: 10, callers: 1_000, peer: "dbos.postgresql.10steps.8callers", directory),
        stepCase(
            "1instance",
            callers: 1,
            steps: 1_000,
            peer: "objects.put.overwrite.1",
            note: "the steps of instances of 1,000, one after the other, beside the commits of one caller",
            directory
        ),
        stepCase(
            "1000instances",
            callers: 1_000,
            steps: 200,
            limit: "objects.batches.1000",
            peer: "objects.put.overwrite.1000",
            note: "1,000 instances at a time, 200 steps each, from the first creation to the last end",
            directory
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

private func stepCase(
    _ name: String,
    callers: Int,
    steps: Int,
    limit: BenchmarkCase.Beside? = nil,
    peer: BenchmarkCase.Beside? = nil,
    note: String,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        "workflows.steps.\(name)",
        unit: "steps/s",
        limit: limit,
        peer: peer,
        note: note,
        setUp: { try WorkflowHost("steps-\(callers)", in: directory) },
        tearDown: { try $0.remove() },
        slice: { host, duration in
            try await host.host.repeating(for: duration, callers: callers, weight: steps) { _, _ in
                try await host.run(steps)
            }
        }
    )
}
