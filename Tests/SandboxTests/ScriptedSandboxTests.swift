import DurableActorsTestKit
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ScriptedSandboxTests {
    @Test func `a command sees exactly the output and the end its test wrote`() async throws {
        let namespace = ScriptedSandboxNamespace { 5 }
        let script = namespace.scripted("s")
        async let result = getSandbox(namespace, "s").exec("make", options: .init(processId: "p"))
        #expect(try await script.started("p").command == "make")
        try script.write("one ", to: "p", stream: .stdout)
        try script.write("two", to: "p", stream: .stderr)
        try script.end("p", exitCode: 3)
        try script.write("late", to: "p")
        let ended = try await result
        #expect(ended.output == "one two")
        #expect(ended.exitCode == 3)
        #expect(ended.process.startedByThisCall)
        #expect(ended.process.endedAt == 5)
    }

    @Test func `starting an id again finds its process`() async throws {
        let script = ScriptedSandboxNamespace().scripted("s")
        #expect(try await script.startProcess("a", options: .init(processId: "p")).startedByThisCall)
        let found = try await script.startProcess("b", options: .init(processId: "p"))
        #expect(!found.startedByThisCall)
        #expect(found.command == "a")
        #expect(try await script.listProcesses().count == 1)
    }

    @Test func `output is read from any offset within what was written`() async throws {
        let script = ScriptedSandboxNamespace().scripted("s")
        _ = try await script.startProcess("a", options: .init(processId: "p"))
        try script.write("0123", to: "p")
        try script.write("456", to: "p")
        try script.end("p")
        var events = try await EventReader(script, "p", from: 2)
        #expect(try await events.exit()?.status == .completed)
        #expect(events.text == "23456")
    }

    @Test func `a kill is noted and ends the process`() async throws {
        let script = ScriptedSandboxNamespace().scripted("s")
        _ = try await script.startProcess("a", options: .init(processId: "p"))
        #expect(try await script.killProcess("p", signal: .hangup).status == .running)
        #expect(try await script.killProcess("p").status == .killed)
        #expect(script.signals("p") == [.hangup, .terminate])
        await #expect(throws: SandboxError.self) { try await script.killProcess("q") }
    }

    @Test func `cancelling a wait and destroying the sandbox both end a reader`() async throws {
        let script = ScriptedSandboxNamespace().scripted("s")
        _ = try await script.startProcess("a", options: .init(processId: "p"))
        let cancelled = Task { try await script.exec("a", options: .init(processId: "p")) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try script.lose("p", reason: "gone")
        #expect(try await script.exec("a", options: .init(processId: "p")).process.reason == "gone")
        try await script.destroy()
        #expect(try await script.getProcess("p") == nil)
    }
}
