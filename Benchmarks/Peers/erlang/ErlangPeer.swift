internal import Foundation
public import Measure

/// Erlang's `gen_server` measured on the same machine: compiled with `erlc`, run by `erl` as it comes.
///
/// Each slice starts a runtime of its own, whose start-up and set-up are not in the figure.
public struct ErlangPeer: Sendable {
    /// What the peer says when it is missing.
    public static let missing = CaseNotRun("erlang peer not run: erl is not installed")

    private let erl: URL
    private let modules: URL
    private let data: URL

    /// Compiles the module into a temporary directory.
    ///
    /// - Parameters:
    ///   - directory: Where the durable cases write.
    ///   - searchPath: The directories that hold `erl` and `erlc`, separated by colons.
    /// - Throws: `missing` when either program is, `PeerError` when the module does not compile.
    public init(directory: String, searchPath: String) throws {
        guard let erl = Program.find("erl", in: searchPath), let erlc = Program.find("erlc", in: searchPath) else {
            throw Self.missing
        }
        self.erl = erl
        data = URL(filePath: directory)
        modules = FileManager.default.temporaryDirectory.appending(path: "erlang-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let source = modules.appending(path: "call_peer.erl")
        try Data(PackageResources.call_peer_erl).write(to: source)
        _ = try Program.output(of: erlc, ["-Werror", "-o", modules.path, source.path])
    }

    /// Runs one slice of one of the module's cases.
    ///
    /// - Parameters:
    ///   - name: The case's name in the module.
    ///   - duration: How long the callers repeat their call.
    /// - Returns: The rate and a sample of the latencies.
    /// - Throws: `PeerError` when the runtime fails or prints something else than a result.
    public func slice(_ name: String, for duration: Duration) throws -> SliceResult {
        let milliseconds = max(1, Int(duration / .milliseconds(1)))
        let output = try Program.output(
            of: erl,
            ["-noshell", "-noinput", "-pa", modules.path, "-run", "call_peer", "main"]
                + [name, String(milliseconds), data.path]
        )
        return try PeerResult(parsing: output).slice
    }

    /// Removes the compiled module.
    public func remove() throws {
        try FileManager.default.removeItem(at: modules)
    }
}
