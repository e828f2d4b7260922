public import Sandbox
import Locks

/// What a test does to the processes of a scripted sandbox.
extension ScriptedSandbox {
    /// Waits until a process of the given id has been started and returns its record.
    public func started(_ process: String) async throws -> ProcessRecord {
        try await wait(process, offset: nil)
        guard let record = try await getProcess(process) else { throw unknown(process) }
        return record
    }

    /// Lets a running process write; does nothing to one that has ended.
    public func write(_ text: String, to process: String, stream: ProcessStream = .merged) throws(SandboxError) {
        try write([UInt8](text.utf8), to: process, stream: stream)
    }

    /// Lets a running process write bytes; does nothing to one that has ended.
    public func write(_ bytes: [UInt8], to process: String, stream: ProcessStream = .merged) throws(SandboxError) {
        try change { state throws(SandboxError) in
            guard var found = state.processes[process] else { throw unknown(process) }
            guard found.record.status == .running, !bytes.isEmpty else { return }
            found.pieces.append((found.record.outputBytes, bytes, stream))
            found.record.outputBytes += bytes.count
            state.processes[process] = found
        }
    }

    /// Ends a running process with an exit code; does nothing to one that has ended.
    public func end(_ process: String, exitCode: Int = 0) throws(SandboxError) {
        try finish(process) { record in
            record.status = exitCode == 0 ? .completed : .failed
            record.exitCode = exitCode
        }
    }

    /// Ends a running process as lost with its supervisor; does nothing to one that has ended.
    public func lose(_ process: String, reason: String) throws(SandboxError) {
        try finish(process) { record in
            record.status = .failed
            record.reason = reason
        }
    }

    /// The signals a process was sent, in order.
    public func signals(_ process: String) -> [ProcessSignal] {
        state.withLock { $0.signals[process] ?? [] }
    }

    private func finish(_ process: String, _ body: (inout ProcessRecord) -> Void) throws(SandboxError) {
        try change { state throws(SandboxError) in
            guard var found = state.processes[process] else { throw unknown(process) }
            guard found.record.status == .running else { return }
            body(&found.record)
            found.record.endedAt = now()
            state.processes[process] = found
        }
    }
}

/// How far a consumer has read; nil once the exit was delivered.
final class ScriptedCursor: Sendable {
    private let offset: Mutex<Int?>

    init(offset: Int) {
        self.offset = Mutex(offset)
    }

    func next(_ sandbox: ScriptedSandbox, _ process: String) async throws -> ProcessEvent? {
        guard let start = offset.withLock({ $0 }) else { return nil }
        try await sandbox.wait(process, offset: start)
        guard let event = sandbox.state.withLock({ $0.event(process, from: start) }) else {
            throw sandbox.unknown(process)
        }
        switch event {
        case .output(let offset, let bytes, _): self.offset.withLock { $0 = offset + bytes.count }
        case .exit: offset.withLock { $0 = nil }
        }
        return event
    }
}
