import Glibc
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SandboxKillTests {
    @Test(arguments: [ProcessSignal.kill, .terminate])
    func `killing a process kills its background children`(signal: ProcessSignal) async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess(
                "echo $$; sleep 1000 & echo $!; (trap '' TERM; sleep 1000) & echo $!; setsid sleep 1000 & echo $!; wait",
                options: .init(processId: "p")
            )
            var events = try await EventReader(sandbox, "p")
            let members = try SupervisorBench.watch(try await events.lines(4))
            let now = try await sandbox.killProcess("p", signal: signal)
            #expect(now.id == "p")
            let exit = try #require(try await events.exit())
            #expect(exit.status == .killed)
            #expect(exit.exitCode == 128 + Int(signal.rawValue))
            #expect(exit.reason == "killed by signal \(signal.rawValue) on request")
            for member in members { await SupervisorBench.readable(member) }
        }
    }

    @Test func `what a command leaves in the background ends with it`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess(
                "mkfifo gate; sleep 1000 & echo $!; sleep 1000 > /dev/null 2>&1 & echo $!; read line < gate",
                options: .init(processId: "p")
            )
            var events = try await EventReader(sandbox, "p")
            let left = try SupervisorBench.watch(try await events.lines(2))
            let gate = try await SandboxProcessTests.gate(sandbox)
            try gate.writeAll([UInt8]("\n".utf8))
            #expect(try await events.exit()?.status == .completed)
            for process in left { await SupervisorBench.readable(process) }
        }
    }

    @Test(.enabled(if: SupervisorBench.isRoot, "Needs root: only a user id of its own tells an escaped process."))
    func `a process that left its group and its parents is found by its user id`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess(
                "(setsid bash -c 'echo $BASHPID; exec sleep 1000' &); sleep 1000",
                options: .init(processId: "p")
            )
            var events = try await EventReader(sandbox, "p")
            let escaped = try SupervisorBench.watch(try await events.lines(1))
            try await sandbox.killProcess("p")
            #expect(try await events.exit()?.reason == "killed by signal 15 on request")
            for process in escaped { await SupervisorBench.readable(process) }
        }
    }

    @Test func `a signal that is no kill is only delivered`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            _ = try await sandbox.startProcess(
                "mkfifo gate; exec 3<>gate; trap 'echo reloaded; exit 0' HUP; echo ready; while :; do read -t 1 line <&3; done",
                options: .init(processId: "p")
            )
            var events = try await EventReader(sandbox, "p")
            _ = try await events.lines(1)
            try await sandbox.killProcess("p", signal: .hangup)
            let exit = try #require(try await events.exit())
            #expect(events.text == "ready\nreloaded\n")
            #expect(exit.status == .completed)
            let after = try await sandbox.killProcess("p")
            #expect(after == exit)
        }
    }

    @Test func `destroying a sandbox ends its processes and deletes its home`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let home = try await sandbox.spawn().workingDirectory
            _ = try await sandbox.startProcess("touch file; echo $$; sleep 1000", options: .init(processId: "p"))
            var events = try await EventReader(sandbox, "p")
            let leader = try SupervisorBench.watch(try await events.lines(1))
            try await sandbox.destroy()
            for process in leader { await SupervisorBench.readable(process) }
            #expect(FileTree.ownerAndMode(home) == nil)
            #expect(try await sandbox.getProcess("p") == nil)
            #expect(try await sandbox.exec("ls -A").output == "")
            try await sandbox.destroy()
            try await sandbox.destroy()
        }
    }
}
