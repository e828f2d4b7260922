import Glibc
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SandboxIsolationTests {
    @Test func `the environment holds only what is given`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let home = try await sandbox.spawn(.init(environment: ["A": "sandbox", "B": "sandbox"])).workingDirectory
            let result = try await sandbox.exec("env", options: .init(environment: ["B": "own = x\ny"]))
            let shells = ["_=", "PWD=", "OLDPWD=", "SHLVL="]
            let lines = result.output.split(separator: "\n").map(String.init)
                .filter { line in !shells.contains { line.hasPrefix($0) } }
            #expect(
                lines.sorted() == [
                    "A=sandbox", "B=own = x", "HOME=\(home)", "LANG=C.UTF-8",
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "TERM=dumb", "USER=sandbox", "y",
                ]
            )
        }
    }

    @Test func `limits of the process win over those of the sandbox`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            try await sandbox.spawn(.init(limits: .init(openFiles: 99)))
            #expect(try await sandbox.exec("ulimit -n; ulimit -c").output == "99\n0\n")
            let own = ProcessLimits(openFiles: 64, fileSizeBytes: 1 << 20, cpuSeconds: 9, addressSpaceBytes: 1 << 30)
            let result = try await sandbox.exec(
                "ulimit -n; ulimit -f; ulimit -t; ulimit -v",
                options: .init(limits: own)
            )
            #expect(result.output == "64\n1024\n9\n1048576\n")
        }
    }

    @Test func `only the standard descriptors are inherited and nothing is read`() async throws {
        try await SupervisorBench.run { bench in
            let result = try await getSandbox(bench.client, "s").exec("cat; ls /proc/$$/fd; :")
            #expect(result.output == "0\n1\n2\n")
        }
    }

    @Test func `no new privileges are set and the report says what is isolated`() async throws {
        try await SupervisorBench.run { bench in
            let result = try await getSandbox(bench.client, "s").exec("grep NoNewPrivs /proc/self/status")
            #expect(result.output == "NoNewPrivs:\t1\n")
            let report = try await bench.client.isolationReport()
            #expect(report.first { $0.subject == "user" }?.isolated == SupervisorBench.isRoot)
            #expect(report.first { $0.subject == "network" }?.isolated == false)
            #expect(report.first { $0.subject == "network" }?.description.hasPrefix("NOT isolated: network: ") == true)
        }
    }

    @Test(.enabled(if: SupervisorBench.isRoot, "Needs root: only root can give sandboxes user ids of their own."))
    func `each sandbox has its own user id and cannot read records or other homes`() async throws {
        try await SupervisorBench.run { bench in
            let one = getSandbox(bench.client, "one")
            let two = getSandbox(bench.client, "two")
            let base = bench.configuration.userBase
            #expect(try await one.exec("id -u; id -g; id -G").output == "\(base)\n\(base)\n\(base)\n")
            #expect(try await two.exec("id -u").output == "\(base + 1)\n")
            let state = bench.configuration.stateDirectory
            let otherHome = try await two.spawn().workingDirectory
            for path in ["jobs", "sandboxes", "trash", "homes", ""] {
                #expect(try await one.exec("ls '\(state)/\(path)'").exitCode == 2)
            }
            #expect(try await one.exec("ls '\(otherHome)'").exitCode == 2)
            #expect(try await one.exec("touch '\(state)/homes/x'").exitCode == 1)
            #expect(try await one.exec("cat '\(state)/lock'").exitCode == 1)
            let socket = bench.configuration.socketPath
            #expect(FileTree.ownerAndMode(socket)?.mode == 0o600)
        }
    }

    @Test(.enabled(if: SupervisorBench.isRoot, "Needs root: only root can give sandboxes user ids of their own."))
    func `a destroyed sandbox's user id is never given again`() async throws {
        try await SupervisorBench.run { bench in
            let sandbox = getSandbox(bench.client, "s")
            let base = bench.configuration.userBase
            #expect(try await sandbox.exec("id -u").output == "\(base)\n")
            try await sandbox.destroy()
            #expect(try await sandbox.exec("id -u").output == "\(base + 1)\n")
            try await bench.signalSupervisor(SIGTERM)
            #expect(try await getSandbox(bench.client, "t").exec("id -u").output == "\(base + 2)\n")
            #expect(try await sandbox.exec("id -u").output == "\(base + 1)\n")
        }
    }
}
