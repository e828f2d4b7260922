public import Sandbox
import Locks

/// A sandbox in memory whose processes start when asked and then do only what a test says.
///
/// All state is under one mutex; waiters are resumed outside it, each by whoever took it out.
public final class ScriptedSandbox: Sandbox {
    /// The name of the sandbox.
    public let id: String
    let state = Mutex(ScriptedState())
    let now: @Sendable () -> Int

    init(id: String, now: @escaping @Sendable () -> Int) {
        self.id = id
        self.now = now
    }

    /// Notes that the sandbox exists.
    public func spawn(_ options: SandboxOptions) async throws -> SandboxRecord {
        state.withLock { state in
            let record =
                state.record
                ?? SandboxRecord(
                    id: id,
                    workingDirectory: "/scripted/\(id)",
                    createdAt: now(),
                    isolation: [IsolationAspect("everything", isolated: true, "nothing is executed")]
                )
            state.record = record
            state.spawns += 1
            return record
        }
    }

    /// Notes a process as running, or finds it.
    public func startProcess(_ command: String, options: ProcessOptions) async throws -> ProcessRecord {
        change { state in
            state.ids += 1
            let id = options.processId ?? "process-\(state.ids)"
            if let found = state.processes[id] { return found.record }
            var record = ProcessRecord(id: id, command: command, startedAt: now())
            state.processes[id] = ScriptedState.Process(record: record)
            state.order.append(id)
            record.startedByThisCall = true
            return record
        }
    }

    /// The process of the given id.
    public func getProcess(_ id: String) async throws -> ProcessRecord? {
        state.withLock { $0.processes[id]?.record }
    }

    /// All processes in the order of their starts.
    public func listProcesses() async throws -> [ProcessRecord] {
        state.withLock { state in state.order.compactMap { state.processes[$0]?.record } }
    }

    /// Notes the signal; terminate and kill end the process at once.
    public func killProcess(_ id: String, signal: ProcessSignal) async throws -> ProcessRecord {
        try change { state throws(SandboxError) in
            guard var process = state.processes[id] else { throw unknown(id) }
            state.signals[id, default: []].append(signal)
            if process.record.status == .running, signal == .terminate || signal == .kill {
                process.record.status = .killed
                process.record.exitCode = 128 + Int(signal.rawValue)
                process.record.endedAt = now()
                process.record.reason = "killed by signal \(signal.rawValue) on request"
                state.processes[id] = process
            }
            return process.record
        }
    }

    /// The output as the test writes it, and at last the exit.
    public func processOutput(
        _ id: String,
        from offset: Int
    ) async throws -> AsyncThrowingStream<ProcessEvent, any Error> {
        guard offset >= 0 else { throw SandboxError(.invalidRequest, "An offset must not be negative.") }
        guard try await getProcess(id) != nil else { throw unknown(id) }
        let cursor = ScriptedCursor(offset: offset)
        return AsyncThrowingStream { try await cursor.next(self, id) }
    }

    /// Forgets everything; whoever reads output gets `unknownProcess`.
    public func destroy() async throws {
        change { state in
            state.record = nil
            state.processes = [:]
            state.order = []
        }
    }

    func unknown(_ process: String) -> SandboxError {
        SandboxError(.unknownProcess, "Sandbox \(id) has no process \(process).")
    }

    /// Changes the state and resumes whoever waited for it.
    func change<Result: Sendable, Failure: Error>(
        _ body: (inout ScriptedState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (result, ready) = try state.withLock { state throws(Failure) in
            let result = try body(&state)
            return (result, state.takeReady())
        }
        for waiter in ready { waiter.continuation.resume() }
        return result
    }

    /// Waits for the start of a process, or for something to read at an offset.
    func wait(_ process: String, offset: Int?) async throws {
        let id = state.withLock { state in
            state.ids += 1
            return state.ids
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isReady(process, offset) { return true }
                    state.waiters.append(.init(id: id, process: process, offset: offset, continuation: continuation))
                    return false
                }
                if isReady { continuation.resume() }
                // A cancellation before the registration found nothing to cancel, so it is looked for again here.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let waiter = state.withLock { state -> ScriptedState.Waiter? in
            guard let place = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: place)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}
