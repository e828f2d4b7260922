import Foundation
import Glibc
import Sandbox
import Locks
import Testing

/// A supervisor of its own for one test: its directory, its range of user ids, and a client.
struct SupervisorBench: Sendable {
    static let isRoot = geteuid() == 0
    private static let benches = Mutex(0)

    let directory: String
    let configuration: SupervisorConfiguration
    let client: SupervisorClient

    /// Runs a test on a bench, then stops its supervisor and deletes its directory.
    static func run(
        configure: (inout SupervisorConfiguration) -> Void = { _ in },
        _ body: (SupervisorBench) async throws -> Void
    ) async throws {
        let number = benches.withLock { benches in
            benches += 1
            return benches
        }
        let directory = "/tmp/sandbox-test-\(getpid())-\(number)"
        try FileTree.makeDirectory(directory, mode: 0o711)
        var configuration = SupervisorConfiguration(
            stateDirectory: directory + "/state",
            executablePath: program,
            idleExitSeconds: 60,
            userBase: 300_000 + number * 100
        )
        configure(&configuration)
        let bench = SupervisorBench(
            directory: directory,
            configuration: configuration,
            client: try SupervisorClient(configuration)
        )
        let outcome: (any Error)?
        do {
            try await body(bench)
            outcome = nil
        } catch {
            outcome = error
        }
        try await bench.dismantle()
        if let outcome { throw outcome }
    }

    /// The supervisor that was built with these tests.
    static var program: String {
        SupervisorConfiguration.executableBesideHost() ?? "sandbox-supervisor"
    }

    /// Another client of the same supervisor, which must already run.
    func anotherClient() throws -> SupervisorClient {
        var other = configuration
        other.executablePath = nil
        return try SupervisorClient(other)
    }

    /// Ends the supervisor by a signal and waits until it has ended.
    func signalSupervisor(_ signal: Int32) async throws {
        let supervisor = try await client.supervisorProcessId()
        let descriptor = try #require(ProcessWait.descriptor(supervisor))
        kill(supervisor, signal)
        await Self.readable(descriptor)
    }

    private func dismantle() async throws {
        client.close()
        let last = try anotherClient()
        // A supervisor that the test has already stopped needs no stopping.
        if let supervisor = try? await last.supervisorProcessId(),
            let descriptor = ProcessWait.descriptor(supervisor)
        {
            kill(supervisor, SIGTERM)
            await Self.readable(descriptor)
        }
        last.close()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// Descriptors that become readable as the processes of the given ids end.
    static func watch(_ processes: [String]) throws -> [Descriptor] {
        try processes.map { text in
            let process = try #require(Int32(text))
            return try #require(ProcessWait.descriptor(process))
        }
    }

    /// Waits on a thread of its own until a descriptor is readable.
    static func readable(_ descriptor: Descriptor) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var set = PollSet()
                set.add(descriptor)
                #expect(throws: Never.self) { try set.wait(milliseconds: nil) }
                continuation.resume()
            }
        }
    }
}

/// Reads the events of a process one at a time.
struct EventReader {
    private var iterator: AsyncThrowingStream<ProcessEvent, any Error>.Iterator
    private(set) var text = ""

    init(_ sandbox: any Sandbox, _ process: String, from offset: Int = 0) async throws {
        iterator = try await sandbox.processOutput(process, from: offset).makeAsyncIterator()
    }

    /// Reads on until the text so far has at least this many lines; returns them.
    mutating func lines(_ count: Int) async throws -> [String] {
        while text.split(separator: "\n", omittingEmptySubsequences: false).count <= count {
            guard case .output(_, let bytes, _)? = try await iterator.next(isolation: #isolation) else { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text.split(separator: "\n").prefix(count).map(String.init)
    }

    /// Reads on to the exit.
    mutating func exit() async throws -> ProcessRecord? {
        while let event = try await iterator.next(isolation: #isolation) {
            switch event {
            case .output(_, let bytes, _): text += String(decoding: bytes, as: UTF8.self)
            case .exit(let record): return record
            }
        }
        return nil
    }
}
