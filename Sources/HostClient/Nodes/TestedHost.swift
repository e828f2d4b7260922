internal import Cluster
internal import FoundationEssentials

/// A program under test as a child process, or as three where the test run asks for a foreign door.
///
/// With `FOREIGN_DOOR=1` in the environment the process that clients reach is a node of a cluster that owns no object, and two
/// further ones have them all. They are started, stopped and killed together.
public final class TestedHost {
    /// Whether the test run asks for a foreign door.
    public static let hasForeignDoor = ProcessInfo.processInfo.environment["FOREIGN_DOOR"] == "1"

    /// The process that clients reach.
    public let door: HostProcess
    /// The processes behind it.
    public let owners: [HostProcess]

    /// Starts the program on a data directory; `arguments` is asked for each process, with a directory of its own.
    public init(
        executable: String,
        directory: String,
        foreignDoor: Bool = TestedHost.hasForeignDoor,
        arguments: (_ directory: String) -> [String]
    ) throws {
        guard foreignDoor else {
            door = try HostProcess(executable: executable, arguments: arguments(directory))
            owners = []
            return
        }
        let (membership, secret) = (directory + "/cluster.json", directory + "/cluster.secret")
        let names = LoopbackMembership.owners(2)
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711]
        )
        // What was written at the first start holds for all later ones.
        if !FileManager.default.fileExists(atPath: membership) {
            let nodes = try LoopbackMembership.make(owners: names.count)
            try "a secret of nodes under test".write(toFile: secret, atomically: true, encoding: .utf8)
            try nodes.json.write(toFile: membership, atomically: true, encoding: .utf8)
        }
        func start(_ name: String) throws -> HostProcess {
            try HostProcess(
                executable: executable,
                arguments: arguments("\(directory)/\(name)")
                    + ["--cluster", membership, "--node", name, "--secret", secret]
            )
        }
        owners = try names.map(start)
        door = try start(LoopbackMembership.door)
    }

    /// The port that clients reach.
    public var port: Int { door.port }

    /// Ends every process with SIGKILL and waits until it is gone.
    public func kill() { for process in [door] + owners { process.kill() } }

    /// Asks every process to end, the door first, and waits until it is gone.
    public func stop() { for process in [door] + owners { process.stop() } }
}
