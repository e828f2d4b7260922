public import Measure

extension ErlangPeer {
    /// Calls to a `gen_server` that counts; none of them touches the disk.
    public static func callCases(directory: String, searchPath: String) -> [BenchmarkCase] {
        [
            make("call.1caller", "one server, one caller", directory, searchPath),
            make("call.64callers.1server", "one server, 64 callers", directory, searchPath),
            make("call.64callers.10000servers", "10,000 servers in turn, 64 callers", directory, searchPath),
        ]
    }

    /// Calls to a `gen_server` that appends 122 bytes to a file and syncs it before it replies.
    public static func durableCases(directory: String, searchPath: String) -> [BenchmarkCase] {
        [
            make(
                "durable.1caller",
                "append and datasync before each reply, one caller",
                limit: "raw.fdatasync",
                directory,
                searchPath
            ),
            make(
                "durable.64callers",
                "one append and datasync for all requests waiting, then all replies, 64 callers",
                limit: .init("raw.fdatasync", times: 64),
                directory,
                searchPath
            ),
        ]
    }

    private static func make(
        _ name: String,
        _ note: String,
        limit: BenchmarkCase.Beside? = nil,
        _ directory: String,
        _ searchPath: String
    ) -> BenchmarkCase {
        BenchmarkCase(
            "erlang.\(name)",
            unit: "calls/s",
            limit: limit,
            note: note,
            setUp: { try ErlangPeer(directory: directory, searchPath: searchPath) },
            tearDown: { try $0.remove() },
            slice: { try $0.slice(name, for: $1) }
        )
    }
}
