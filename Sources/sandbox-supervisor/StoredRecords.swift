import Sandbox

/// A sandbox as it is kept on disk.
struct StoredSandbox: Codable {
    var id: String
    /// The user id that is this sandbox's alone, also after its end; nil where the supervisor is not root.
    var user: UInt32?
    var createdAt: Int
    var options: SandboxOptions
}

/// A job as it is kept on disk: written before its command starts and once more when it is over.
struct StoredJob: Codable {
    var sandbox: String
    var process: ProcessRecord
    /// The process id of the launcher, which is also the job's group and session.
    var leader: Int32
    /// When the leader started, which with the boot tells its process id from a later use of the same number.
    var leaderTicks: Int
    var boot: String
    var user: UInt32?
    var home: String
}

/// A job's place among all sandboxes.
struct JobKey: Hashable {
    let sandbox: SafeName
    let job: SafeName
}
