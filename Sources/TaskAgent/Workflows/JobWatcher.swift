internal import Distributed
internal import DurableActors
internal import Sandbox
internal import Synchronization

/// Follows commands while they run: passes their output to the session's agent, and their end to the workflow.
///
/// Outside any object, because a command may run for hours while agent and workflow are out of memory. Nothing here is
/// durable: after a restart each workflow that waits asks for its command to be followed again.
final class JobWatcher: Sendable {
    private let sandboxes: any SandboxNamespace
    private let world: World
    private let log: EventLog
    private let followed = Mutex<Set<String>>([])

    init(sandboxes: any SandboxNamespace, world: World, log: EventLog) {
        self.sandboxes = sandboxes
        self.world = world
        self.log = log
    }

    /// Begins to follow a command, unless it is followed already.
    func follow(_ processId: String, in sandboxId: String, for workflowId: String, agent: TaskAgent) {
        guard followed.withLock({ $0.insert(processId).inserted }) else { return }
        Task(executorPreference: world.scheduler.taskExecutor) { [self] in
            do {
                try await run(processId, sandboxId, workflowId, agent)
            } catch {
                log.error("The command of \(workflowId) cannot be followed: \(error)")
            }
            followed.withLock { _ = $0.remove(processId) }
        }
    }

    private func run(_ processId: String, _ sandboxId: String, _ workflowId: String, _ agent: TaskAgent) async throws {
        let sandbox = getSandbox(sandboxes, sandboxId)
        let reported = try await agent.outputOffset(workflowId: workflowId)
        var output: [UInt8] = []
        for try await event in try await sandbox.processOutput(processId, from: 0) {
            switch event {
            case .output(let offset, let bytes, _):
                output += bytes
                let end = offset + bytes.count
                if end > reported {
                    let fresh = bytes.suffix(end - max(reported, offset))
                    let text = String(decoding: fresh, as: UTF8.self)
                    try await agent.commandOutput(workflowId: workflowId, text: text, offset: end)
                }
            case .exit(let record):
                let end = CommandEnd(
                    status: record.status.rawValue,
                    exitCode: record.exitCode.map { Int($0) },
                    startedAt: Int64(record.startedAt),
                    endedAt: Int64(record.endedAt ?? record.startedAt),
                    reason: record.reason,
                    output: String(decoding: output.prefix(Self.keptOutputBytes), as: UTF8.self)
                )
                try await agent.commandEnded(workflowId: workflowId, end)
            }
        }
    }

    /// How much of a command's output its result carries; all of it stays with the sandbox.
    static let keptOutputBytes = 512 << 10
}
