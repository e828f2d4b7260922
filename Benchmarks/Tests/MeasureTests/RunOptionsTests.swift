import Measure
import Testing

struct RunOptionsTests {
    @Test func `an empty command line runs everything for two seconds in three rounds`() throws {
        let options = try RunOptions(arguments: [])
        #expect(options == RunOptions())
        #expect(options.seconds == 2)
        #expect(options.rounds == 3)
        #expect(options.only == "")
    }

    @Test func `every option is read`() throws {
        let options = try RunOptions(
            arguments: ["--json", "f", "--data", "d", "--seconds", "0.5", "--rounds", "2", "--only", "raw."]
        )
        #expect(options.json == "f")
        #expect(options.data == "d")
        #expect(options.only == "raw.")
        #expect(options.slice == .milliseconds(250))
    }

    @Test(
        arguments: [
            (["--fast"], .unknown("--fast")),
            (["--json"], .missingValue("--json")),
            (["--rounds", "0"], .badValue(option: "--rounds", value: "0")),
            (["--rounds", "many"], .badValue(option: "--rounds", value: "many")),
            (["--seconds", "-1"], .badValue(option: "--seconds", value: "-1")),
            (["--seconds", "nan"], .badValue(option: "--seconds", value: "nan")),
            (["--seconds", "inf"], .badValue(option: "--seconds", value: "inf")),
        ] as [([String], RunOptions.Failure)]
    )
    func `a command line that cannot be followed says why`(arguments: [String], failure: RunOptions.Failure) {
        #expect(throws: failure) { try RunOptions(arguments: arguments) }
    }
}
