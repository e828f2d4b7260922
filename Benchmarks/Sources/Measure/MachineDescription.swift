internal import FoundationEssentials

/// The machine a run was made on, written at the head of every report.
public struct MachineDescription: Sendable, Equatable, Codable {
    /// When the run began, as the caller wrote it.
    public let date: String
    /// Processors the process may use.
    public let cores: Int
    /// The processor's model name.
    public let cpu: String
    /// The machine's memory in MiB.
    public let memoryMiB: Int
    /// The kernel's release.
    public let kernel: String
    /// The file system that holds the data directory: type and device, such as `ext4 on /dev/vda`.
    public let dataFileSystem: String
    /// The Swift version, as the caller found it.
    public let swift: String

    /// Creates a description from its parts.
    public init(
        date: String,
        cores: Int,
        cpu: String,
        memoryMiB: Int,
        kernel: String,
        dataFileSystem: String,
        swift: String
    ) {
        self.date = date
        self.cores = cores
        self.cpu = cpu
        self.memoryMiB = memoryMiB
        self.kernel = kernel
        self.dataFileSystem = dataFileSystem
        self.swift = swift
    }

    /// Describes this machine from `/proc`; what cannot be read is given as `unknown` or 0.
    public static func current(dataDirectory: String, date: String, swift: String) -> MachineDescription {
        let memory = ProcText.value(of: "MemTotal", in: text("/proc/meminfo")) ?? ""
        let kibibytes = memory.split(separator: " ").first.flatMap { Int($0) } ?? 0
        let kernel = text("/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init)
        return MachineDescription(
            date: date,
            cores: ProcessInfo.processInfo.activeProcessorCount,
            cpu: ProcText.value(of: "model name", in: text("/proc/cpuinfo")) ?? "unknown",
            memoryMiB: kibibytes / 1_024,
            kernel: kernel ?? "unknown",
            dataFileSystem: ProcText.fileSystem(
                holding: URL(filePath: dataDirectory).resolvingSymlinksInPath().path,
                mounts: text("/proc/self/mountinfo")
            ) ?? "unknown",
            swift: swift
        )
    }

    private static func text(_ path: String) -> String {
        // An unreadable file is no reason to give up the run: its fields say "unknown".
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
