import Locks

/// A sandbox kept by a supervisor, reached through a client.
struct RemoteSandbox: Sandbox {
    let id: String
    let client: SupervisorClient

    func spawn(_ options: SandboxOptions) async throws -> SandboxRecord {
        var request = SupervisorRequest(.spawn, sandbox: id)
        request.sandboxOptions = options
        return try Self.present(try await client.link.call(request).sandbox)
    }

    func startProcess(_ command: String, options: ProcessOptions) async throws -> ProcessRecord {
        // The id is settled here, so that repeating the request over a new connection starts nothing twice.
        let process = options.processId ?? client.link.configuration.makeProcessId()
        var request = SupervisorRequest(.start, sandbox: id, process: process)
        request.command = command
        request.processOptions = options
        return try Self.present(try await client.link.call(request).process)
    }

    func getProcess(_ id: String) async throws -> ProcessRecord? {
        do {
            return try await client.link.call(SupervisorRequest(.get, sandbox: self.id, process: id)).process
        } catch let error as SandboxError where error.code == .unknownProcess {
            return nil
        }
    }

    func listProcesses() async throws -> [ProcessRecord] {
        var processes: [ProcessRecord] = []
        while true {
            var request = SupervisorRequest(.list, sandbox: id)
            request.offset = processes.count
            let page = try await client.link.call(request).processes ?? []
            guard !page.isEmpty else { return processes }
            processes.append(contentsOf: page)
        }
    }

    func killProcess(_ id: String, signal: ProcessSignal) async throws -> ProcessRecord {
        var request = SupervisorRequest(.kill, sandbox: self.id, process: id)
        request.signal = signal
        return try Self.present(try await client.link.call(request).process)
    }

    func processOutput(
        _ id: String,
        from offset: Int
    ) async throws -> AsyncThrowingStream<ProcessEvent, any Error> {
        guard offset >= 0 else { throw SandboxError(.invalidRequest, "An offset must not be negative.") }
        guard try await getProcess(id) != nil else {
            throw SandboxError(.unknownProcess, "Sandbox \(self.id) has no process \(id).")
        }
        let cursor = OutputCursor(sandbox: self, process: id, offset: offset)
        return AsyncThrowingStream { try await cursor.next() }
    }

    func destroy() async throws {
        _ = try await client.link.call(SupervisorRequest(.destroy, sandbox: id))
    }

    static func present<Value>(_ value: Value?) throws(SandboxError) -> Value {
        guard let value else {
            throw SandboxError(.incompatibleSupervisor, "The supervisor's answer lacks what was asked for.")
        }
        return value
    }
}

/// How far a consumer has read the output of a process; nil once its exit was delivered.
private final class OutputCursor: Sendable {
    private let sandbox: RemoteSandbox
    private let process: String
    private let offset: Mutex<Int?>

    init(sandbox: RemoteSandbox, process: String, offset: Int) {
        self.sandbox = sandbox
        self.process = process
        self.offset = Mutex(offset)
    }

    func next() async throws -> ProcessEvent? {
        guard let offset = offset.withLock({ $0 }) else { return nil }
        var request = SupervisorRequest(.read, sandbox: sandbox.id, process: process)
        request.offset = offset
        let answer = try await sandbox.client.link.call(request)
        if let piece = answer.piece {
            self.offset.withLock { $0 = piece.offset + piece.data.count }
            return .output(offset: piece.offset, bytes: [UInt8](piece.data), stream: piece.stream)
        }
        let record = try RemoteSandbox.present(answer.process)
        self.offset.withLock { $0 = nil }
        return .exit(record)
    }
}
