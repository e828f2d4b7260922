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
        let files = try MembershipFiles(directory)
        func start(_ name: String) throws -> HostProcess {
            try HostProcess(
                executable: executable,
                arguments: arguments("\(directory)/\(name)") + files.arguments(name)
            )
        }
        owners = try files.owners.map(start)
        door = try start(LoopbackMembership.door)
    }

    /// The port that clients reach.
    public var port: Int { door.port }

    /// Ends every process with SIGKILL and waits until it is gone.
    public func kill() { for process in [door] + owners { process.kill() } }

    /// Asks every process to end, the door first, and waits until it is gone.
    public func stop() { for process in [door] + owners { process.stop() } }
}
