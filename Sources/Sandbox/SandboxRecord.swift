/// What is known of a sandbox that exists.
public struct SandboxRecord: Codable, Sendable, Equatable {
    /// The name of the sandbox as its owner gave it.
    public var id: String
    /// The absolute path of the home directory, in which every command starts.
    public var workingDirectory: String
    /// When the sandbox was created, in milliseconds since 1970.
    public var createdAt: Int
    /// What separates the sandbox from the rest of the machine, and what does not.
    public var isolation: [IsolationAspect]

    /// Makes a record of its parts.
    public init(id: String, workingDirectory: String, createdAt: Int, isolation: [IsolationAspect]) {
        self.id = id
        self.workingDirectory = workingDirectory
        self.createdAt = createdAt
        self.isolation = isolation
    }
}

/// One respect in which a sandbox is, or is not, separated from the rest of the machine.
public struct IsolationAspect: Codable, Sendable, Equatable, CustomStringConvertible {
    /// What this is about, in a word or two.
    public var subject: String
    /// Whether the sandbox is separated in this respect.
    public var isolated: Bool
    /// How, or why not, in a sentence.
    public var detail: String

    /// Makes an aspect of its parts.
    public init(_ subject: String, isolated: Bool, _ detail: String) {
        self.subject = subject
        self.isolated = isolated
        self.detail = detail
    }

    /// One line for a log.
    public var description: String {
        "\(isolated ? "isolated" : "NOT isolated"): \(subject): \(detail)"
    }
}
