import Measure
import Testing

struct CaseTableTests {
    private func constant(
        _ name: String,
        _ value: Double,
        limit: BenchmarkCase.Beside? = nil,
        peer: BenchmarkCase.Beside? = nil
    ) -> BenchmarkCase {
        BenchmarkCase(name, unit: "x", limit: limit, peer: peer) { _ in SliceResult(value: value, count: 1) }
    }

    private var table: CaseTable {
        var table = CaseTable()
        table.add([constant("own.put", 30, limit: .init("raw.put", times: 2), peer: "other.put")], to: "puts")
        table.add([constant("raw.put", 60, limit: "raw.sync"), constant("raw.sync", 240)], to: "limits")
        table.add([constant("other.put", 15), constant("other.get", 0)], to: "puts")
        table.add([constant("own.get", 5, limit: "nowhere", peer: "other.get")], to: "gets")
        return table
    }

    @Test func `limit and peer stand beside the figure with their ratios`() async {
        let measurements = await table.run(Rounds(count: 1, slice: .zero))
        let own = measurements.first { $0.name == "own.put" }
        #expect(own?.limit == .init(name: "raw.put", value: 120, ratio: 0.25))
        #expect(own?.peer == .init(name: "other.put", value: 15, ratio: 2))
    }

    @Test func `a reference without a positive figure is left out`() async {
        let measurements = await table.run(Rounds(count: 1, slice: .zero))
        let own = measurements.first { $0.name == "own.get" }
        #expect(own?.value == 5)
        #expect(own?.limit == nil)
        #expect(own?.peer == nil)
    }

    @Test func `cases added under one title form one group`() {
        #expect(table.groups.map(\.title) == ["puts", "limits", "gets"])
        #expect(table.groups.map { $0.cases.map(\.name) }.first == ["own.put", "other.put", "other.get"])
    }

    @Test(
        arguments: [
            ("own.put", ["own.put", "other.put", "raw.put", "raw.sync"]),
            ("raw.sync", ["raw.sync"]),
            ("", ["own.put", "other.put", "other.get", "raw.put", "raw.sync", "own.get"]),
            ("none", []),
        ] as [(String, [String])]
    )
    func `a selection brings along what its cases stand beside`(prefix: String, names: [String]) {
        #expect(table.selecting(prefix: prefix).groups.flatMap(\.cases).map(\.name) == names)
    }
}
