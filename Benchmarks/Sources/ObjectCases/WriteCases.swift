internal import Distributed
internal import DurableActors
public import Measure
internal import Synchronization

/// Calls that write before they answer, beside what the disk and LMDB give alone.
public func objectWriteCases(directory: String) -> [BenchmarkCase] {
    let overwrites = [1, 64, 1_000].map { callers in
        writeCase(
            "put.overwrite.\(callers)",
            limit: callers == 1 ? "raw.lmdb.single" : "raw.fdatasync",
            callers: callers,
            note: "each of \(callers) callers overwrites one key of its own object",
            directory
        ) { _, _ in "value" }
    }
    let random = [1, 64, 1_000].map { callers in
        writeCase(
            "put.random.\(callers)",
            limit: .init("raw.lmdb.random.\(callers)"),
            callers: callers,
            note: "each of \(callers) callers writes new random keys to its own object",
            directory
        ) { caller, count in KeyText.random(UInt64(caller) << 40 | UInt64(count)) }
    }
    return overwrites + random + [batchCase(directory: directory)]
}

private func writeCase(
    _ name: String,
    limit: BenchmarkCase.Beside,
    callers: Int,
    note: String,
    _ directory: String,
    key: @escaping @Sendable (_ caller: Int, _ count: Int) -> String
) -> BenchmarkCase {
    BenchmarkCase(
        "objects.\(name)",
        unit: "calls/s",
        limit: limit,
        note: note,
        setUp: { () -> WriteFixture in
            let host = try Host(name, in: directory)
            let stubs = (0..<callers).map { host.subjects.getByName("o\($0)") }
            try await host.once(callers: callers) { caller in
                try await stubs[caller].store("value")
            }
            return WriteFixture(host: host, stubs: stubs)
        },
        tearDown: { try $0.host.remove() },
        slice: { fixture, duration in
            let stubs = fixture.stubs
            let slice = fixture.slices.wrappingAdd(1, ordering: .relaxed).newValue
            return try await fixture.host.looping(for: duration, callers: callers, sampleEvery: 4) { caller, laps in
                let stub = stubs[caller]
                while laps.begin() { try await stub.store(key(caller, slice << 28 + laps.number)) }
            }
        }
    )
}

private final class WriteFixture: Sendable {
    let host: Host
    let stubs: [Subject]
    /// Keeps the keys of one slice apart from those of the others.
    let slices = Atomic<Int>(0)

    init(host: Host, stubs: [Subject]) {
        self.host = host
        self.stubs = stubs
    }
}

/// What the committer takes when nothing else is done: batches like those of a workflow's step, without calls.
func batchCase(directory: String) -> BenchmarkCase {
    let objects = 1_000
    return BenchmarkCase(
        "objects.batches.\(objects)",
        unit: "batches/s",
        limit: "raw.fdatasync",
        note: "each of \(objects) objects writes three rows of 200 bytes in a loop, each batch durable before the next",
        setUp: { () -> WriteFixture in
            let host = try Host("batches", in: directory)
            let stubs = (0..<objects).map { host.subjects.getByName("o\($0)") }
            try await host.once(callers: objects) { _ = try await stubs[$0].storeBatches(nanoseconds: 0) }
            return WriteFixture(host: host, stubs: stubs)
        },
        tearDown: { try $0.host.remove() },
        slice: { fixture, duration in
            let stubs = fixture.stubs
            let (seconds, attoseconds) = duration.components
            let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
            let count = Atomic<Int>(0)
            let start = ContinuousClock.now
            try await fixture.host.once(callers: objects) { caller in
                count.add(try await stubs[caller].storeBatches(nanoseconds: nanoseconds), ordering: .relaxed)
            }
            return SliceResult(operations: count.load(ordering: .relaxed), elapsed: .now - start)
        }
    )
}

/// Keys of a fixed length, different for every number.
enum KeyText {
    /// Forty characters, those of a number last.
    static func long(_ number: UInt64) -> String {
        unsafe String(unsafeUninitializedCapacity: 40) { bytes in
            for place in 0..<40 {
                let shift = UInt64(39 - place) * 4
                unsafe bytes[place] = shift < 64 ? 97 + UInt8(truncatingIfNeeded: number >> shift) & 15 : 107
            }
            return 40
        }
    }

    /// Sixteen characters that look random.
    static func random(_ number: UInt64) -> String {
        // The mixing steps of SplitMix64, which give each number another result.
        var mixed = number &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return unsafe String(unsafeUninitializedCapacity: 16) { bytes in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: mixed >> UInt64(place * 4)) & 15
                unsafe bytes[place] = digit < 10 ? 48 + digit : 87 + digit
            }
            return 16
        }
    }
}
