import Glibc
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SupervisorSurvivalTests {
    private static let slow = "echo run >> count; mkfifo gate; echo before; read line < gate; echo after; exit 4"

    @Test func `a new client finds the running process, all its output and its exit`() async throws {
        try await SupervisorBench.run { bench in
            let first = getSandbox(bench.client, "s")
            _ = try await first.startProcess(Self.slow, options: .init(processId: "p"))
            var events = try await EventReader(first, "p")
            #expect(try await events.lines(1) == ["before"])
            bench.client.close()
            await #expect(throws: SandboxError(.closed, "The sandbox client was closed.")) {
                try await first.getProcess("p")
            }

            let client = try bench.anotherClient()
            defer { client.close() }
            let second = getSandbox(client, "s")
            let found = try await second.startProcess(Self.slow, options: .init(processId: "p"))
            #expect(found.status == .running)
            #expect(!found.startedByThisCall)
            var again = try await EventReader(second, "p")
            #expect(try await again.lines(1) == ["before"])
            let gate = try await SandboxProcessTests.gate(second)
            try gate.writeAll([UInt8]("\n".utf8))
            #expect(try await again.exit()?.exitCode == 4)
            #expect(again.text == "before\nafter\n")
            #expect(try await second.exec("cat count").output == "run\n")
        }
    }

    @Test func `a supervisor outlives the SIGKILL of its host's whole process group`() async throws {
        try await SupervisorBench.run { bench in
            let empty = try Descriptor.open("/dev/null", O_RDWR)
            let report = try ChildProcess.pipe()
            let state = bench.configuration.stateDirectory
            let options = "--state \(state) --socket \(bench.configuration.socketPath)"
            let host = try ChildProcess.start(
                "/bin/bash",
                arguments: ["-c", "\(SupervisorBench.program) daemon \(options); read ready <&0; kill -9 -$$"],
                environment: [:],
                descriptors: [empty, report.writing, report.writing],
                newSession: true
            )
            await SupervisorBench.readable(report.reading)
            await SupervisorBench.readable(try #require(ProcessWait.descriptor(host)))
            #expect(ChildProcess.wait(host) == -1)

            let client = try bench.anotherClient()
            defer { client.close() }
            #expect(try await getSandbox(client, "s").exec("echo alive").output == "alive\n")
            let supervisor = try await client.supervisorProcessId()
            let entry = try #require(ProcessTable.entry(supervisor))
            #expect(entry.session == supervisor)
            #expect(entry.parent != getpid())
        }
    }

    @Test func `processes of a killed supervisor are failed, gone and not run again`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let command = "echo run >> count; echo $$; sleep 1000 & echo $!; wait"
            _ = try await sandbox.startProcess(command, options: .init(processId: "p"))
            var events = try await EventReader(sandbox, "p")
            let printed = try await events.lines(2)
            let members = try SupervisorBench.watch(printed)
            try await bench.signalSupervisor(SIGKILL)

            let exit = try #require(try await events.exit())
            #expect(exit.status == .failed)
            #expect(exit.exitCode == nil)
            #expect(exit.reason?.hasPrefix("the sandbox supervisor ended while the command was running") == true)
            #expect(exit.outputBytes == printed.reduce(0) { $0 + $1.utf8.count + 1 })
            for member in members { await SupervisorBench.readable(member) }

            let again = try await sandbox.startProcess(command, options: .init(processId: "p"))
            #expect(again == exit)
            #expect(try await sandbox.exec("cat count").output == "run\n")
        }
    }

    @Test func `calls that wait while the supervisor is replaced get their answers`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess("sleep 1000", options: .init(processId: "p"))
            async let waiting = sandbox.exec("sleep 1000", options: .init(processId: "p"))
            try await bench.signalSupervisor(SIGKILL)
            #expect(try await waiting.process.status == .failed)
        }
    }

    @Test func `a supervisor asked to stop kills its processes and says so in their records`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess("sleep 1000", options: .init(processId: "p"))
            try await bench.signalSupervisor(SIGTERM)
            let record = try #require(try await sandbox.getProcess("p"))
            #expect(record.status == .killed)
            #expect(record.reason == "the sandbox supervisor was asked to stop")
        }
    }

    @Test func `a second supervisor on the same state refuses with a clear message`() async throws {
        try await SupervisorBench.run { bench in
            _ = try await bench.client.supervisorProcessId()
            var other = bench.configuration
            other.socketPath = bench.directory + "/other.sock"
            let second = try SupervisorClient(other)
            defer { second.close() }
            let error = await #expect(throws: SandboxError.self) { try await second.isolationReport() }
            #expect(error?.code == .supervisorUnavailable)
            #expect(error?.message.contains("Another supervisor already runs on") == true)
        }
    }

    @Test func `a supervisor without clients and processes exits after its idle time`() async throws {
        try await SupervisorBench.run(configure: { $0.idleExitSeconds = 0 }) { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess(
                "mkfifo gate; echo ready; read line < gate",
                options: .init(processId: "p")
            )
            var events = try await EventReader(sandbox, "p")
            _ = try await events.lines(1)
            let gate = try await SandboxProcessTests.gate(sandbox)
            let process = try await bench.client.supervisorProcessId()
            let supervisor = try #require(ProcessWait.descriptor(process))
            bench.client.close()
            try gate.writeAll([UInt8]("\n".utf8))
            await SupervisorBench.readable(supervisor)
            let next = try SupervisorClient(bench.configuration)
            #expect(try await getSandbox(next, "s").getProcess("p")?.status == .completed)
            next.close()
        }
    }

    @Test func `a supervisor that cannot be started is an error and not a hang`() async throws {
        try await SupervisorBench.run(configure: { $0.executablePath = "/nonexistent/supervisor" }) { bench in
            let error = await #expect(throws: SandboxError.self) { try await bench.client.isolationReport() }
            #expect(error?.code == .supervisorUnavailable)
            #expect(error?.message.contains("No such file or directory") == true)
        }
    }
}
