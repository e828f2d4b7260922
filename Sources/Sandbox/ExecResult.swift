/// The end of a command that was waited for, with all of its output.
public struct ExecResult: Sendable, Equatable {
    /// The process as it ended.
    public var process: ProcessRecord
    /// Standard output and standard error in the order they were written.
    public var bytes: [UInt8]

    /// Makes a result of its parts.
    public init(process: ProcessRecord, bytes: [UInt8]) {
        self.process = process
        self.bytes = bytes
    }

    /// The output as text; bytes that are not UTF-8 become replacement characters.
    public var output: String { String(decoding: bytes, as: UTF8.self) }
    /// The exit code, as in ``ProcessRecord/exitCode``.
    public var exitCode: Int? { process.exitCode }
    /// Whether the command ended by itself with exit code 0.
    public var success: Bool { process.status == .completed }
}
