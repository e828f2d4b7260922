import Glibc
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SandboxProcessTests {
    /// Opens the pipe a command made in its home; the caller keeps it open while the command may read from it.
    static func gate(_ sandbox: any Sandbox, _ name: String = "gate") async throws -> Descriptor {
        try Descriptor.open(try await sandbox.spawn().workingDirectory + "/" + name, O_RDWR)
    }

    @Test func `output arrives while its command is still running`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let started = try await sandbox.startProcess(
                "mkfifo gate; echo ready >&2; read line < gate; echo \"got $line\"",
                options: .init(processId: "p")
            )
            #expect(started.status == .running)
            #expect(started.startedByThisCall)
            var events = try await EventReader(sandbox, "p")
            #expect(try await events.lines(1) == ["ready"])
            #expect(try await sandbox.getProcess("p")?.status == .running)
            let gate = try await Self.gate(sandbox)
            try gate.writeAll([UInt8]("word\n".utf8))
            let exit = try #require(try await events.exit())
            #expect(events.text == "ready\ngot word\n")
            #expect(exit.status == .completed)
            #expect(exit.exitCode == 0)
            #expect(exit.outputBytes == 15)
        }
    }

    @Test func `the home directory persists between commands`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            #expect(try await sandbox.exec("mkdir -p a; echo kept > a/file").success)
            let second = try await sandbox.exec("cat a/file; pwd")
            #expect(second.output == "kept\n\(try await sandbox.spawn().workingDirectory)\n")
        }
    }

    @Test func `both streams are kept in the order they were written`() async throws {
        try await SupervisorBench.run { bench in
            let result = try await getSandbox(bench.client, "s")
                .exec("echo 1; echo 2 >&2; echo 3; echo 4 > /dev/stderr; exit 7")
            #expect(result.output == "1\n2\n3\n4\n")
            #expect(result.exitCode == 7)
            #expect(!result.success)
            #expect(result.process.status == .failed)
        }
    }

    @Test func `a process id started many times at once runs its command once`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let started = try await withThrowingTaskGroup(of: ExecResult.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await sandbox.exec("echo run | tee -a count", options: .init(processId: "p")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(started.count { $0.process.startedByThisCall } == 1)
            #expect(started.allSatisfy { $0.output == "run\n" && $0.success })
            #expect(try await sandbox.exec("cat count").output == "run\n")
        }
    }

    @Test func `output is read from any offset on`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.exec("printf 0123456789", options: .init(processId: "p"))
            var tail = try await EventReader(sandbox, "p", from: 7)
            #expect(try await tail.exit()?.outputBytes == 10)
            #expect(tail.text == "789")
            var beyond = try await EventReader(sandbox, "p", from: 10)
            #expect(try await beyond.exit()?.status == .completed)
            #expect(beyond.text == "")
        }
    }

    @Test func `output of several pieces arrives whole`() async throws {
        try await SupervisorBench.run { bench in
            let result = try await getSandbox(bench.client, "s").exec("head -c 3000000 /dev/zero | tr '\\0' x")
            #expect(result.bytes == [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000))
        }
    }

    @Test func `output beyond the cap is dropped with a note and the command goes on`() async throws {
        try await SupervisorBench.run(configure: { $0.outputBytes = 1000 }) { bench in
            let result = try await getSandbox(bench.client, "s")
                .exec("head -c 500000 /dev/zero | tr '\\0' x; exit 3")
            let note = "\n[output beyond 1000 bytes was dropped]\n"
            #expect(result.output == String(repeating: "x", count: 1000) + note)
            #expect(result.process.outputTruncated)
            #expect(result.exitCode == 3)
        }
    }

    @Test func `a timeout kills the command and says so`() async throws {
        try await SupervisorBench.run { bench in
            let result = try await getSandbox(bench.client, "s")
                .exec("echo begun; sleep 1000", options: .init(timeoutSeconds: 0.5))
            #expect(result.process.status == .killed)
            #expect(result.process.reason == "timed out after 0.5 seconds")
            #expect(result.exitCode == 143)
            #expect(result.output == "begun\n")
        }
    }

    @Test func `a command that cannot be started fails with a reason`() async throws {
        try await SupervisorBench.run { bench in
            let huge = String(repeating: "x", count: 200_000)
            let result = try await getSandbox(bench.client, "s").exec("true", options: .init(environment: ["X": huge]))
            #expect(result.process.status == .failed)
            #expect(result.process.reason?.contains("Argument list too long") == true)
        }
    }

    @Test func `processes are listed oldest first and unknown ones are nil`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            for id in ["a", "b", "c"] { _ = try await sandbox.exec(": \(id)", options: .init(processId: id)) }
            let listed = try await sandbox.listProcesses()
            #expect(Set(listed.map(\.id)) == ["a", "b", "c"])
            #expect(listed.map(\.startedAt) == listed.map(\.startedAt).sorted())
            #expect(try await sandbox.getProcess("d") == nil)
            #expect(try await getSandbox(bench.client, "other").listProcesses() == [])
            await #expect(throws: SandboxError.self) { try await sandbox.processOutput("d") }
        }
    }

    @Test func `cancelling a wait ends the wait and not the command`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let (begun, signal) = AsyncStream.makeStream(of: Void.self)
            _ = try await sandbox.startProcess("sleep 1000", options: .init(processId: "p"))
            let waiting = Task {
                signal.yield()
                return try await sandbox.exec("sleep 1000", options: .init(processId: "p"))
            }
            for await _ in begun { break }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try await sandbox.getProcess("p")?.status == .running)
        }
    }
}
