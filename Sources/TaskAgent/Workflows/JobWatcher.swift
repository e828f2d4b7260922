internal import Distributed
internal import DurableActors
internal import Sandbox
internal import Locks

/// Follows commands while they run: passes their output to the session's agent, and their end to the workflow.
///
/// Outside any object, because a command may run for hours while agent and workflow are out of memory. What is followed
/// is on the job boards, which are read again when a host starts.
final class JobWatcher: Sendable {
    private let sandboxes: any SandboxNamespace
    let boards: DurableObjectNamespace<JobBoard>
    private let agents: DurableObjectNamespace<TaskAgent>
    /// The name of this node of a cluster.
    private let node: String?
    private let world: World
    private let log: EventLog
    /// The followed commands by workflow, and whether one was to be followed again meanwhile.
    private let followed = Mutex<[String: Bool]>([:])

    init(
        sandboxes: any SandboxNamespace,
        boards: DurableObjectNamespace<JobBoard>,
        agents: DurableObjectNamespace<TaskAgent>,
        node: String?,
        world: World,
        log: EventLog
    ) {
        self.node = node
        self.sandboxes = sandboxes
        self.boards = boards
        self.agents = agents
        self.world = world
        self.log = log
    }

    /// Notes that a command is to be followed, whatever happens to this process; to be called before it is started.
    func register(_ job: FollowedJob) async throws {
        try await board(job).add(job)
    }

    private func board(_ job: FollowedJob) -> JobBoard {
        boards.getByName(JobBoard.name(for: job.workflowId, on: node))
    }

    /// Follows every command that an earlier process of this host followed.
    func resume() async throws {
        for number in 0..<JobBoard.boards {
            for job in try await boards.getByName(JobBoard.name(of: number, on: node)).all() { follow(job) }
        }
    }

    /// Begins to follow a command, unless it is followed already.
    ///
    /// Whoever follows it may just have found that it has not started: then it looks once more.
    func follow(_ job: FollowedJob) {
        let isNew = followed.withLock { followed in
            followed.updateValue(true, forKey: job.workflowId) == nil
        }
        guard isNew else { return }
        // Nobody's work: as the workflow's it would end when that object leaves memory.
        CurrentObject.$incarnation.withValue(nil) {
            _ = Task(executorPreference: world.scheduler.taskExecutor) { [self] in await keepFollowing(job) }
        }
    }

    private func keepFollowing(_ job: FollowedJob) async {
        var pauses = Self.pauses[...]
        while isToBeFollowed(job) {
            do {
                try await run(job)
            } catch {
                log.error("The command of \(job.workflowId) cannot be followed: \(error)")
                guard let pause = pauses.popFirst() else { continue }
                // Silence is right: the host is over, and its successor follows the command.
                guard (try? await world.sleep(milliseconds: pause)) != nil else { return }
                followed.withLock { $0[job.workflowId] = true }
            }
        }
    }

    /// How long it waits, in milliseconds, before it follows a command again that it could not follow.
    static let pauses: [UInt64] = [100, 500, 2_000, 10_000, 30_000, 60_000, 120_000, 300_000]

    /// Takes the mark that `follow` left; without one the command is followed no more.
    private func isToBeFollowed(_ job: FollowedJob) -> Bool {
        followed.withLock { followed in
            let isMarked = followed[job.workflowId] == true
            followed[job.workflowId] = isMarked ? false : nil
            return isMarked
        }
    }

    private func run(_ job: FollowedJob) async throws {
        let workflowId = job.workflowId
        let agent = agents.getByName(job.sessionId)
        let sandbox = getSandbox(sandboxes, job.sessionId)
        // Not started yet: the workflow that is about to start it follows it then.
        guard try await sandbox.getProcess(job.processId) != nil else { return }
        // Ended, and its workflow told: nothing is left of it on the board.
        guard try await board(job).has(workflowId: workflowId) else { return }
        let reported = try await agent.outputOffset(workflowId: workflowId)
        var output: [UInt8] = []
        var pieces = TextPieces()
        var end = reported
        for try await event in try await sandbox.processOutput(job.processId, from: 0) {
            switch event {
            case .output(let offset, let bytes, _):
                output += bytes.prefix(Self.keptOutputBytes - output.count)
                guard offset + bytes.count > reported else { continue }
                end = offset + bytes.count
                let text = pieces.take(bytes.suffix(end - max(reported, offset)))
                guard !text.isEmpty else { continue }
                try await agent.commandOutput(workflowId: workflowId, text: text, offset: end - pieces.keptCount)
            case .exit(let record):
                let rest = pieces.takeRest()
                if !rest.isEmpty { try await agent.commandOutput(workflowId: workflowId, text: rest, offset: end) }
                let commandEnd = CommandEnd(
                    status: record.status.rawValue,
                    exitCode: record.exitCode.map { Int($0) },
                    startedAt: Int64(record.startedAt),
                    endedAt: Int64(record.endedAt ?? record.startedAt),
                    reason: record.reason,
                    output: Self.text(output)
                )
                try await agent.commandEnded(workflowId: workflowId, commandEnd)
                try await board(job).remove(workflowId: workflowId)
            }
        }
    }

    /// How much of a command's output its result carries; all of it stays with the sandbox.
    static let keptOutputBytes = 512 << 10

    /// The most bytes the kept output may have as JSON, so that what carries it stays below a workflow's 1 MiB.
    static let keptTextBytes = 768 << 10

    /// The kept output as text, cut where bytes that JSON writes longer would make it too long for an event.
    static func text(_ output: [UInt8]) -> String {
        let text = String(decoding: output, as: UTF8.self)
        var length = 0
        for (index, scalar) in zip(text.unicodeScalars.indices, text.unicodeScalars) {
            length += scalar.value < 0x20 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
            if length > keptTextBytes { return String(text.unicodeScalars[..<index]) }
        }
        return text
    }
}
