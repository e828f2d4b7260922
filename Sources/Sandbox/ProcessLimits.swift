/// Resource limits that the kernel enforces on each process a command starts.
///
/// A value above the hard limit of the supervisor is lowered to it. Core dumps are always off.
public struct ProcessLimits: Codable, Sendable, Equatable {
    /// How many descriptors one process may have open.
    public var openFiles: Int
    /// How many processes and threads the sandbox may have at once; applies only where it has its own user id.
    public var processes: Int
    /// How large one file may grow, in bytes.
    public var fileSizeBytes: Int
    /// How much processor time one process may use, in seconds; nil is unlimited.
    public var cpuSeconds: Int?
    /// How much address space one process may map, in bytes; nil is unlimited.
    public var addressSpaceBytes: Int?

    /// Makes limits; the defaults allow 1024 descriptors, 512 processes and files of 4 GiB.
    public init(
        openFiles: Int = 1024,
        processes: Int = 512,
        fileSizeBytes: Int = 4 << 30,
        cpuSeconds: Int? = nil,
        addressSpaceBytes: Int? = nil
    ) {
        self.openFiles = openFiles
        self.processes = processes
        self.fileSizeBytes = fileSizeBytes
        self.cpuSeconds = cpuSeconds
        self.addressSpaceBytes = addressSpaceBytes
    }

    /// Throws unless every limit is positive and leaves a shell the descriptors it needs.
    package func validate() throws(SandboxError) {
        guard openFiles >= 8 else {
            throw SandboxError(.invalidRequest, "A process needs a limit of at least 8 open files.")
        }
        let others = [processes, fileSizeBytes, cpuSeconds ?? 1, addressSpaceBytes ?? 1]
        guard others.allSatisfy({ $0 > 0 }) else {
            throw SandboxError(.invalidRequest, "Every process limit must be positive.")
        }
    }
}
