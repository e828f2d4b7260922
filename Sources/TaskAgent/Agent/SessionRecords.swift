internal import AgentHost
public import DurableActors

/// What the agent of a session keeps of it.
struct SessionRow: Codable, Sendable {
    let userId: String
    let createdAt: Int64
    let workflowId: String
    /// The sandbox's working directory, once it is there.
    var sandbox: String?
}

/// The last progress of a task.
struct ProgressRow: Codable, Sendable {
    let progress: JSONValue
    /// How many bytes of the command's output were passed on.
    let outputOffset: Int
}

/// A task that has not ended.
struct RunningRow: Codable, Sendable {
    let startedAt: Int64
}

/// The tables of a session's agent.
enum SessionRecords {
    static let session = RecordTable<SessionRow>("session")
    static let progress = RecordTable<ProgressRow>("progress")
    static let running = RecordTable<RunningRow>("running")
}

/// The answer to a new session.
public struct SessionAnswer: Codable, Sendable {
    /// The session.
    public let sessionId: String
    /// The workflow that opened it.
    public let workflowId: String
}

/// The answer to a new task.
public struct TaskAnswer: Codable, Sendable {
    /// The workflow that runs it.
    public let workflowId: String
}

/// How far a task has got.
public struct TaskStatus: Codable, Sendable {
    /// The workflow.
    public let workflowId: String
    /// `completed` for the engine's `complete`, which is the word that scripts of the application wait for.
    public let status: String
    /// What was last reported.
    public let progress: JSONValue?
    /// The result of a completed task.
    public let output: JSONValue?
    /// Why a task failed.
    public let error: String?

    static func word(for status: String) -> String { status == "complete" ? "completed" : status }
}

/// How a command ended, as its workflow is told.
struct CommandEnd: Codable, Sendable {
    static let eventType = "command-ended"

    let status: String
    let exitCode: Int?
    let startedAt: Int64
    let endedAt: Int64
    let reason: String?
    let output: String
}

/// Ids of workflows, which carry the session they belong to, and the bindings.
enum WorkflowNames {
    static let executeTask = "EXECUTE_TASK"
    static let createSession = "CREATE_SESSION"
    private static let tokenLength = 21

    static func make(session: String, random: any RandomSource) -> String {
        "wf_" + session.dropFirst("ses_".count) + "_" + random.token(tokenLength)
    }

    /// The session of a workflow's id; nil when it is not one of ours.
    static func session(of workflowId: String) -> String? {
        let bytes = Array(workflowId.utf8)
        guard bytes.count == 3 + tokenLength + 1 + tokenLength, workflowId.hasPrefix("wf_") else { return nil }
        return "ses_" + String(decoding: bytes[3..<3 + tokenLength], as: UTF8.self)
    }
}
