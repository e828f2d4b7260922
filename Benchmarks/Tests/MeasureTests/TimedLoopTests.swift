import Measure
import Testing

private struct Stop: Error {}

private actor Counter {
    private(set) var seen: Set<[Int]> = []

    func note(_ caller: Int, _ repetition: Int) -> Bool { seen.insert([caller, repetition]).inserted }
}

struct TimedLoopTests {
    @Test func `no time means no repetitions`() {
        let slice = TimedLoop.run(for: .zero) { _ = Issue.record("the operation ran") }
        #expect(slice.count == 0)
        #expect(slice.value == 0)
    }

    @Test func `every repetition counts with its weight and one in so many is timed`() throws {
        var repetitions = 0
        let slice = TimedLoop.run(for: .microseconds(200), sampleEvery: 4, weight: 3) { repetitions += 1 }
        #expect(repetitions > 0)
        #expect(slice.count == repetitions * 3)
        #expect(slice.latency?.count == UInt64(repetitions / 4))
    }

    @Test func `an asynchronous loop counts alike`() async {
        var repetitions = 0
        let slice = await TimedLoop.run(for: .microseconds(200), sampleEvery: 4) {
            await Task.yield()
            repetitions += 1
        }
        #expect(repetitions > 0)
        #expect(slice.count == repetitions)
        #expect(slice.latency?.count == UInt64(repetitions / 4))
    }

    @Test func `every caller numbers its repetitions from zero`() async throws {
        let counter = Counter()
        let slice = try await TimedLoop.run(for: .milliseconds(2), callers: 3) { caller, repetition in
            #expect(await counter.note(caller, repetition))
        }
        let seen = await counter.seen
        #expect(seen.count == slice.count)
        #expect(seen.isSuperset(of: [[0, 0]]))
    }

    @Test func `an error ends the loop`() async {
        #expect(throws: Stop.self) { try TimedLoop.run(for: .seconds(60)) { throw Stop() } }
        await #expect(throws: Stop.self) {
            try await TimedLoop.run(for: .milliseconds(1), callers: 2) { _, _ in throw Stop() }
        }
    }

    @Test func `slices that ran at the same time are one slice`() async throws {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: 5)
        let slices = [1, 2].map { SliceResult(operations: $0, elapsed: .seconds(1), latency: histogram) }
        let all = SliceResult(together: slices, elapsed: .seconds(2))
        #expect(all.count == 3)
        #expect(all.value == 1.5)
        #expect(all.latency?.count == 2)
        let grouped = try await withThrowingTaskGroup(of: SliceResult.self) { group in
            for slice in slices { group.addTask { slice } }
            return try await group.together(since: .now)
        }
        #expect(grouped.count == 3)
    }
}
