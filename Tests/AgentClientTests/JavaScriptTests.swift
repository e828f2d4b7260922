import Foundation
import HostClient
import Testing

/// Clients in JavaScript, each file with a real host in a process of its own.
///
/// Skipped, and said so, where there is no Node with a `WebSocket`: from 22 on it has one, 20 with a flag.
@Suite(
    .serialized,
    .timeLimit(.minutes(1)),
    .enabled(if: Node.found != nil, "There is no Node 20 or later: the clients in JavaScript are NOT tested.")
)
struct JavaScriptTests {
    private func passes(_ file: String) throws -> Bool {
        let (status, output) = try #require(Node.found).run(file)
        if TestedHost.hasForeignDoor, let test = Test.current {
            print("each node a process: \(test.displayName ?? test.name)")
        }
        if status != 0 { Issue.record(Comment(rawValue: output)) }
        return status == 0
    }

    @Test func `AG 1, 6, 7, 8, 11: a JavaScript client connects and is told who and what`() throws {
        #expect(try passes("connecting.test.mjs"))
    }

    @Test func `AG 27, 29, 31, 35, 36: a JavaScript client shares an agent's state`() throws {
        #expect(try passes("state.test.mjs"))
    }

    @Test func `AG 41, 42, 43, 45, 46, 53, 60, 61, 62, 63, 65, 68: a JavaScript client calls and sends`()
        throws
    {
        #expect(try passes("calls.test.mjs"))
    }

    @Test func `AG 48, 49, 50, 51: a JavaScript client reads streams`() throws {
        #expect(try passes("streams.test.mjs"))
    }

    @Test func `AG 92, 93, 94, 97: a JavaScript client comes back from a loss and to a host that was killed`() throws {
        #expect(try passes("reconnecting.test.mjs"))
    }

    @Test func `the client of the page comes back, and tells its calls when it does not`() throws {
        #expect(try passes("page-client.test.mjs"))
    }
}

/// The Node of this machine, with the flag that its `WebSocket` needs.
struct Node {
    static let found: Node? = [[], ["--experimental-websocket"]].map(Node.init).first { $0.isFit }

    let flags: [String]

    /// Runs a file of `Tests/JavaScript`; returns how it ended and what it printed.
    func run(_ file: String) throws -> (status: Int32, output: String) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try start(["--test-reporter=spec", folder.appendingPathComponent("JavaScript/\(file)").path])
    }

    private var isFit: Bool {
        let question =
            "process.exit(process.versions.node.split('.')[0] >= 20 && typeof WebSocket === 'function' ? 0 : 1)"
        // Silence is right: a Node that cannot be started is none.
        return (try? start(["-e", question]))?.status == 0
    }

    private func start(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["node", "--no-warnings"] + flags + arguments
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.environment = ProcessInfo.processInfo.environment
            .merging(["HOST": products.appendingPathComponent("agent-host").path]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
