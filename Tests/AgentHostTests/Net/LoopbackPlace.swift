import AgentHost
import Foundation
import HostClient
import Locks
import Testing

/// A host among those that the running test makes; the same in each process that runs the test.
///
/// The nodes behind a door are this program, run again for the one test until it makes the same host.
struct LoopbackPlace: Equatable {
    private let testCase: String
    private let number: Int

    /// The next host of the running test.
    static func next() throws -> LoopbackPlace {
        // A private type's name has the address of its module, another one in each process.
        let testCase = "\(try #require(Test.current).id) \(try #require(Test.Case.current))"
            .replacing(/context at \$[0-9a-f]+/, with: "")
        let number = made.withLock { made in
            made[testCase, default: 0] += 1
            return made[testCase, default: 0]
        }
        return LoopbackPlace(testCase: testCase, number: number)
    }

    private static let made = Mutex<[String: Int]>([:])

    /// The host that this process is a node of, and where its data are to be; nil where it is to test.
    private static let served: (place: LoopbackPlace, directory: String)? = {
        guard let testCase = value(of: "--case"), let number = value(of: "--host").flatMap({ Int($0) }),
            let directory = value(of: "--data")
        else { return nil }
        return (LoopbackPlace(testCase: testCase, number: number), directory)
    }()

    private static func value(of option: String) -> String? {
        let arguments = CommandLine.arguments
        return arguments.firstIndex(of: option).map { arguments[$0 + 1] }
    }

    /// Whether the host is to be a door, before nodes that `start` starts.
    var hasNodes: Bool { TestedHost.hasForeignDoor && Self.served == nil }

    /// Where the data of this process are to be, if it is a node of this very host.
    ///
    /// Throws where it is a node of another case's host; the hosts of its own case lead to the one it serves.
    func directoryOfNode() throws -> String? {
        guard let (place, directory) = Self.served, place != self else { return Self.served?.directory }
        guard place.testCase == testCase else { throw ClientError("Another case's host is served in \(directory).") }
        return nil
    }

    /// Starts the nodes, each with data of its own, and waits until they serve.
    func start(_ files: MembershipFiles, below directory: String) throws -> [HostProcess] {
        let test = try #require(Test.current)
        let arguments = ["--testing-library", "swift-testing", "--no-parallel", "--filter", #"^\Q\#(test.id)\E$"#]
        let owners = try files.owners.map { name in
            try HostProcess(
                executable: CommandLine.arguments[0],
                arguments: arguments + files.arguments(name)
                    + ["--case", testCase, "--host", "\(number)", "--data", "\(directory)/\(name)"]
            )
        }
        print("each node a process: \(test.displayName ?? test.name)")
        return owners
    }

    /// Serves until the process that tests has ended.
    static func serve(_ port: Int) -> Never {
        print("a node listens on http://127.0.0.1:\(port)")
        fflush(nil)
        _ = FileHandle.standardInput.readDataToEndOfFile()
        ObjectHost.end()
    }
}
