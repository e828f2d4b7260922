internal import FoundationEssentials
internal import Measure

/// What a peer prints for one slice.
struct PeerResult: Decodable {
    let runtime: String
    let operations: Int
    let elapsedNanoseconds: Int64
    let samples: [UInt64]

    /// Reads the last line that begins like an object; a runtime may print warnings before it.
    init(parsing output: String) throws {
        guard let line = output.split(whereSeparator: \.isNewline).last(where: { $0.hasPrefix("{") }) else {
            throw PeerError(program: "peer", status: 0, output: output)
        }
        self = try JSONDecoder().decode(PeerResult.self, from: Data(line.utf8))
    }

    var slice: SliceResult {
        var latency = LatencyHistogram()
        for sample in samples { latency.record(nanoseconds: sample) }
        return SliceResult(
            operations: operations,
            elapsed: .nanoseconds(elapsedNanoseconds),
            latency: latency,
            note: runtime
        )
    }
}
