import Foundation
import Testing

@testable import Measure

struct ReportWriterTests {
    private let machine = MachineDescription(
        date: "2001-02-03T04:05:06Z",
        cores: 2,
        cpu: "Some CPU",
        memoryMiB: 8_192,
        kernel: "6.1",
        dataFileSystem: "ext4 on /dev/vda",
        swift: "Swift 6"
    )

    private func writer() throws -> ReportWriter {
        var latency = LatencyHistogram()
        latency.record(nanoseconds: 1_500)
        let slices = [SliceResult(value: 1_234.4, count: 10, latency: latency), SliceResult(value: 2_000, count: 5)]
        let figures = try #require(Measurement.Figures(slices: slices))
        let measured = Measurement(
            name: "own.put",
            unit: "puts/s",
            outcome: .measured(figures),
            limit: .init(name: "raw.put", value: 3_234.4, ratio: 0.5),
            notes: ["a note", "another"]
        )
        let missing = ["p.one", "p.two"].map { Measurement(name: $0, unit: "x", outcome: .notRun("p not run: no p")) }
        let failed = Measurement(name: "own.get", unit: "x", outcome: .failed("broken"))
        return ReportWriter(machine: machine, measurements: [measured] + missing + [failed])
    }

    @Test func `the table shows machine, figures, what did not run and notes`() throws {
        let expected = """
            2001-02-03T04:05:06Z  Swift 6
            2 cores, Some CPU, 8,192 MiB, Linux 6.1, data on ext4 on /dev/vda

            case     median  unit    min..max         p50     p99  of limit       of peer
            own.put   1,617  puts/s  1,234..2,000  1.5 us  1.5 us  0.50x raw.put

            p not run: no p
            own.get failed: broken

            own.put: a note; another

            """
        #expect(try writer().table() == expected)
    }

    @Test func `the JSON report has one complete object per case`() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(writer().json()))
        let objects = try #require(parsed as? [[String: Any]])
        #expect(objects.compactMap { $0["name"] as? String } == ["own.put", "p.one", "p.two", "own.get"])
        let own = try #require(objects.first)
        #expect(own["value"] as? Double == 1_617.2)
        #expect(own["min"] as? Double == 1_234.4)
        #expect(own["max"] as? Double == 2_000)
        #expect(own["count"] as? Int == 15)
        #expect(own["p99Microseconds"] as? Double == 1.5)
        #expect((own["limit"] as? [String: Any])?["ratio"] as? Double == 0.5)
        #expect((own["machine"] as? [String: Any])?["cpu"] as? String == "Some CPU")
        #expect(objects.map { $0["notRun"] as? String } == [nil, "p not run: no p", "p not run: no p", nil])
        #expect(objects.map { $0["failed"] as? String } == [nil, nil, nil, "broken"])
        #expect(objects.map { $0["value"] != nil } == [true, false, false, false])
    }

    @Test(
        arguments: [
            (0, "0.000"), (0.12345, "0.123"), (-2, "-2.000"), (12.34, "12.3"), (1_234.5, "1,235"),
            (1_234_567, "1,234,567"), (.infinity, "inf"),
        ] as [(Double, String)]
    )
    func `figures are written for people`(figure: Double, text: String) {
        #expect(FigureText.plain(figure) == text)
    }

    @Test(
        arguments: [(999, "999 ns"), (1_000, "1.0 us"), (2_345_678, "2.3 ms"), (61_000_000_000, "61.0 s")]
            as [(UInt64, String)]
    )
    func `durations are written in the unit that suits them`(nanoseconds: UInt64, text: String) {
        #expect(FigureText.duration(nanoseconds: nanoseconds) == text)
    }
}
