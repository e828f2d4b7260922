/// The content of a request or response: bytes at hand, or a stream of them.
public enum Body: Sendable {
    /// All of it, at hand.
    case bytes([UInt8])
    /// Pieces as they come.
    case stream(ByteStream)

    /// All of it, waiting for a stream to end.
    public func collect() async throws -> [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .stream(let stream):
            var all: [UInt8] = []
            for try await piece in stream { all += piece }
            return all
        }
    }
}
