/// Something that happened to a process whose output is being followed.
public enum ProcessEvent: Sendable, Equatable {
    /// Bytes that begin at the given offset of the whole output.
    case output(offset: Int, bytes: [UInt8], stream: ProcessStream)
    /// The end of the process; nothing follows it.
    case exit(ProcessRecord)
}

/// Which stream of a process bytes came from.
public enum ProcessStream: String, Codable, Sendable {
    /// Standard output alone.
    case stdout
    /// Standard error alone.
    case stderr
    /// Both in the order they were written, which is what the supervisor keeps.
    case merged
}
