internal import Distributed
internal import DurableActors
internal import Sandbox
internal import Synchronization

/// Follows commands while they run: passes their output to the session's agent, and their end to the workflow.
///
/// Outside any object, because a command may run for hours while agent and workflow are out of memory. What is followed
/// is on the job boards, which are read again when a host starts.
final class JobWatcher: Sendable {
    private let sandboxes: any SandboxNamespace
    private let boards: DurableObjectNamespace<JobBoard>
    private let agents: DurableObjectNamespace<TaskAgent>
    private let world: World
    private let log: EventLog
    private let followed = Mutex<Set<String>>([])

    init(
        sandboxes: any SandboxNamespace, boards: DurableObjectNamespace<JobBoard>,
        agents: DurableObjectNamespace<TaskAgent>, world: World, log: EventLog
    ) {
        self.sandboxes = sandboxes
        self.boards = boards
        self.agents = agents
        self.world = world
        self.log = log
    }

    /// Notes that a command is to be followed, whatever happens to this process; to be called before it is started.
    func register(_ job: FollowedJob) async throws {
        try await boards.getByName(JobBoard.name(for: job.workflowId)).add(job)
    }

    /// Follows every command that an earlier process of this host followed.
    func resume() async throws {
        for number in 0..<JobBoard.boards {
            for job in try await boards.getByName("board-\(number)").all() { follow(job) }
        }
    }

    /// Begins to follow a command, unless it is followed already.
    func follow(_ job: FollowedJob) {
        guard followed.withLock({ $0.insert(job.workflowId).inserted }) else { return }
        Task(executorPreference: world.scheduler.taskExecutor) { [self] in
            do {
                try await run(job)
            } catch {
                log.error("The command of \(job.workflowId) cannot be followed: \(error)")
            }
            followed.withLock { _ = $0.remove(job.workflowId) }
        }
    }

    private func run(_ job: FollowedJob) async throws {
        let workflowId = job.workflowId
        let agent = agents.getByName(job.sessionId)
        let sandbox = getSandbox(sandboxes, job.sessionId)
        // Not started yet: the workflow that is about to start it follows it then.
        guard try await sandbox.getProcess(job.processId) != nil else { return }
        let reported = try await agent.outputOffset(workflowId: workflowId)
        var output: [UInt8] = []
        for try await event in try await sandbox.processOutput(job.processId, from: 0) {
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
                try await boards.getByName(JobBoard.name(for: workflowId)).remove(workflowId: workflowId)
            }
        }
    }

    /// How much of a command's output its result carries; all of it stays with the sandbox.
    static let keptOutputBytes = 512 << 10
}
