public import Measure

/// What LMDB alone gives: synced commits with no server, no actor and no encoding around them.
///
/// A commit is two synced writes one after the other, the data's `fdatasync` and the meta page through a descriptor
/// opened with `O_DSYNC`, so one writer comes to at most about half of `raw.fdatasync`. Keys have 16 bytes,
/// values 100. Environments are created in the directory and removed when the cases are done.
public func rawLMDBCases(directory: String) -> [BenchmarkCase] {
    let batches = [1, 64, 1_000]
    return [
        lmdbCase("single", .single, puts: 1, unit: "commits/s", "one key overwritten per synced commit", directory)
    ]
        + batches.map { puts in
            let note = "\(puts) of 10,000 objects overwrite their key in each synced commit"
            return lmdbCase("overwrite.\(puts)", .objects(10_000), puts: puts, unit: "puts/s", note, directory)
        }
        + batches.map { puts in
            let note = "\(puts) new random keys in each synced commit; the tree grows from empty"
            return lmdbCase("random.\(puts)", .random, puts: puts, unit: "puts/s", note, directory)
        }
}

private func lmdbCase(
    _ name: String,
    _ choice: KeySequence.Choice,
    puts: Int,
    unit: String,
    _ note: String,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        "raw.lmdb.\(name)",
        unit: unit,
        limit: .init("raw.fdatasync", times: Double(puts)),
        note: note + "; latency is a commit's",
        setUp: {
            let store = try RawLMDB("raw-lmdb-\(name)", in: directory, keys: KeySequence(choice))
            try await store.open()
            return store
        },
        tearDown: { try await $0.close() },
        slice: { try await $0.slice(for: $1, puts: puts) }
    )
}
