import Measure
import Testing

/// Remembers what happened in which order.
private actor Journal {
    private(set) var entries: [String] = []

    func note(_ entry: String) -> Int {
        entries.append(entry)
        return entries.count
    }
}

private struct Broken: Error, CustomStringConvertible {
    let description = "broken"
}

struct RoundsTests {
    private let rounds = Rounds(count: 3, slice: .milliseconds(7))

    @Test func `cases take turns, every second round backwards`() async {
        let journal = Journal()
        let cases = ["a", "b"].map { name in
            BenchmarkCase(
                name,
                unit: "x",
                setUp: { _ = await journal.note("up \(name)") },
                tearDown: { _ = await journal.note("down \(name)") },
                slice: { _, _ in SliceResult(value: Double(await journal.note(name)), count: 1) }
            )
        }
        let measurements = await rounds.run(cases)
        #expect(await journal.entries == ["up a", "up b", "a", "b", "b", "a", "a", "b", "down a", "down b"])
        #expect(measurements.map(\.value) == [6, 5])
    }

    @Test func `each slice is given the slice's duration`() async {
        let measurements = await rounds.run([
            BenchmarkCase("a", unit: "ms") { SliceResult(value: $0 / .milliseconds(1), count: 2) }
        ])
        guard case .measured(let figures) = measurements.first?.outcome else {
            Issue.record("the case gave no figures")
            return
        }
        #expect((figures.minimum, figures.median, figures.maximum) == (7, 7, 7))
        #expect(figures.rounds == 3)
        #expect(figures.count == 6)
        #expect(figures.p50Nanoseconds == nil)
    }

    @Test func `a case that fails leaves the others running and is torn down`() async {
        let journal = Journal()
        let measurements = await rounds.run([
            BenchmarkCase(
                "bad",
                unit: "x",
                setUp: {},
                tearDown: { _ = await journal.note("down") },
                slice: { _, _ in throw Broken() }
            ),
            BenchmarkCase("good", unit: "x") { _ in SliceResult(value: 1, count: 1) },
        ])
        #expect(measurements.map(\.outcome).first == .failed("broken"))
        #expect(measurements.map(\.value) == [nil, 1])
        #expect(await journal.entries == ["down"])
    }

    @Test func `a case that cannot run here says why`() async {
        let measurements = await rounds.run([
            BenchmarkCase("a", unit: "x", setUp: { throw CaseNotRun("no engine") }) { _, _ in
                SliceResult(value: 1, count: 1)
            }
        ])
        #expect(measurements.map(\.outcome) == [.notRun("no engine")])
    }

    @Test func `notes are kept once each`() async {
        let measurements = await rounds.run([
            BenchmarkCase("a", unit: "x", note: "first") { _ in SliceResult(value: 1, count: 1, note: "second") }
        ])
        #expect(measurements.map(\.notes) == [["first", "second"]])
    }

    @Test(arguments: [([4, 1, 9], 4), ([4, 1], 2.5), ([3], 3)] as [([Double], Double)])
    func `the middle round is the value`(values: [Double], median: Double) throws {
        let slices = values.map { SliceResult(value: $0, count: 1) }
        let figures = try #require(Measurement.Figures(slices: slices))
        #expect(figures.median == median)
        #expect(figures.minimum == values.min())
        #expect(figures.maximum == values.max())
    }

    @Test func `a rate is operations per second`() {
        #expect(SliceResult(operations: 500, elapsed: .milliseconds(250)).value == 2_000)
        #expect(SliceResult(operations: 500, elapsed: .zero).value == 0)
    }
}
