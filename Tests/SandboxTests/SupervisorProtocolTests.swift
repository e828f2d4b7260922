import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SupervisorProtocolTests {
    /// Requests that mean nothing, and the ids their answers carry.
    private static let malformed: [(String, Int)] = [
        ("", -1), ("nonsense", -1), ("{}", -1), ("[]", -1), ("7", -1), (#"{"id":7}"#, 7),
        (#"{"id":7,"op":"fly"}"#, 7), (#"{"id":99999999999999999999,"op":"list"}"#, -1),
        (#"{"id":7,"op":"start","sandbox":"s"}"#, 7), (#"{"id":7,"op":"start","sandbox":"s","process":"p"}"#, 7),
        (#"{"id":7,"op":"read","sandbox":"s","process":"p","offset":-1}"#, 7),
        (#"{"id":7,"op":"kill","sandbox":"s","process":"p","signal":99}"#, 7),
        (#"{"id":7,"op":"start","sandbox":"s","process":"p","command":"a\u0000b"}"#, 7),
        (
            #"{"id":7,"op":"start","sandbox":"s","process":"p","command":":","processOptions":{"environment":{"A=":""}}}"#,
            7
        ),
        (
            #"{"id":7,"op":"start","sandbox":"s","process":"p","command":":","processOptions":{"environment":{},"timeoutSeconds":-1}}"#,
            7
        ),
        (#"{"id":7,"op":"spawn","sandbox":""}"#, 7), (#"{"id":7,"op":"hello","version":1,"sandbox":{}}"#, 7),
        (String(repeating: "[", count: 100_000), -1),
    ]

    @Test(arguments: malformed)
    func `a malformed request gets an error and the connection goes on`(line: String, id: Int) async throws {
        try await SupervisorBench.run { bench in
            _ = try await bench.client.supervisorProcessId()
            var connection = try await RawConnection(bench)
            try await connection.send(line)
            let answer = try #require(try await connection.answer())
            #expect(answer.id == id)
            #expect(answer.error != nil)
            try await connection.send(#"{"id":8,"op":"list","sandbox":"s"}"#)
            #expect(try await connection.answer()?.processes == [])
        }
    }

    @Test func `bytes that are no text get an error`() async throws {
        try await SupervisorBench.run { bench in
            _ = try await bench.client.supervisorProcessId()
            var connection = try await RawConnection(bench)
            try await connection.send([0xff, 0x00, 0xc3, 0x28, 0x0a])
            #expect(try await connection.answer()?.error?.code == .invalidRequest)
        }
    }

    @Test func `an oversized line ends its connection and no other`() async throws {
        try await SupervisorBench.run { bench in
            _ = try await bench.client.supervisorProcessId()
            var connection = try await RawConnection(bench)
            try await connection.send([UInt8](repeating: 0x20, count: SandboxLimits.lineBytes + 1))
            #expect(try await connection.answer()?.error?.code == .invalidRequest)
            #expect(try await connection.answer() == nil)
            #expect(try await getSandbox(bench.client, "s").exec("echo fine").output == "fine\n")
        }
    }

    @Test func `a client without or with another handshake is refused`() async throws {
        try await SupervisorBench.run { bench in
            _ = try await bench.client.supervisorProcessId()
            var silent = try await RawConnection(bench, greet: false)
            try await silent.send(#"{"id":1,"op":"list","sandbox":"s"}"#)
            #expect(try await silent.answer()?.error?.message == "The handshake comes first.")
            var newer = try await RawConnection(bench, greet: false)
            try await newer.send(#"{"id":1,"op":"hello","version":2}"#)
            #expect(try await newer.answer()?.error?.code == .incompatibleSupervisor)
            #expect(try await newer.answer() == nil)
        }
    }

    @Test(arguments: ["../../etc", ".", "..", "/", "a/b", "a\u{0}b", "é 🧨", "-rf", "%2e", "line\nbreak", "'$(x)'"])
    func `a hostile id names a directory of its own`(id: String) async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, id)
            let result = try await sandbox.exec("echo > file; pwd", options: .init(processId: id))
            let home = try await sandbox.spawn().workingDirectory
            #expect(FileTree.parent(of: home) == bench.configuration.stateDirectory + "/homes")
            #expect(result.output == home + "\n")
            #expect(try await sandbox.getProcess(id)?.id == id)
            #expect(FileTree.names(in: bench.configuration.stateDirectory + "/homes").count == 1)
        }
    }

    @Test func `a command or an id that is too long is refused before anything is made`() async throws {
        try await SupervisorBench.run { bench in
            let long = String(repeating: "x", count: SandboxLimits.commandBytes + 1)
            let sandbox = getSandbox(bench.client, "s")
            let error = await #expect(throws: SandboxError.self) { try await sandbox.exec(long) }
            #expect(error?.code == .invalidRequest)
            let named = await #expect(throws: SandboxError.self) { try await getSandbox(bench.client, long).spawn() }
            #expect(named?.code == .invalidIdentifier)
            let endless = await #expect(throws: SandboxError.self) {
                try await sandbox.exec("true", options: .init(timeoutSeconds: .infinity))
            }
            #expect(endless?.code == .invalidRequest)
            #expect(FileTree.names(in: bench.configuration.stateDirectory + "/homes") == [])
        }
    }
}
