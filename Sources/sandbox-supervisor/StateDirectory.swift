import Glibc
import Sandbox

/// The directory that holds everything a supervisor must not forget, locked for one supervisor.
///
///     lock                  locked while a supervisor runs, with its process id
///     next-user             the user id the next sandbox gets; never goes back
///     homes/<sandbox>/      0700, the sandbox's own
///     sandboxes/<sandbox>   the sandbox's record
///     jobs/<sandbox>/<job>/ record.json and output, 0700, the supervisor's
///     trash/                what is being deleted
struct StateDirectory {
    let path: String
    private let lock: Descriptor

    /// Opens the directory, making it if needed; throws when another supervisor has it.
    init(_ path: String) throws {
        self.path = path
        try FileTree.makeDirectory(path, mode: 0o711)
        guard let found = FileTree.ownerAndMode(path), found.owner == geteuid(), found.mode & 0o022 == 0 else {
            throw SandboxError(.systemFailure, "\(path) must belong to this user and be writable by nobody else.")
        }
        lock = try Descriptor.open(path + "/lock", O_RDWR | O_CREAT)
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            throw SandboxError(.busy, "Another supervisor already runs on \(path).")
        }
        ftruncate(lock.number, 0)
        _ = try lock.write(Array("\(getpid())\n".utf8)[...])
        try FileTree.setMode(path, 0o711)
        try FileTree.makeDirectory(path + "/homes", mode: 0o711)
        for name in ["sandboxes", "jobs", "trash"] { try FileTree.makeDirectory(path + "/" + name, mode: 0o700) }
    }

    func home(_ sandbox: SafeName) -> String { "\(path)/homes/\(sandbox.text)" }
    func jobs(_ sandbox: SafeName) -> String { "\(path)/jobs/\(sandbox.text)" }
    func directory(_ key: JobKey) -> String { "\(jobs(key.sandbox))/\(key.job.text)" }
    func output(_ key: JobKey) -> String { directory(key) + "/output" }
    private func record(_ key: JobKey) -> String { directory(key) + "/record.json" }
    private func record(_ sandbox: SafeName) -> String { "\(path)/sandboxes/\(sandbox.text)" }

    // MARK: Sandboxes

    /// The record of a sandbox, or nil when there is none; throws when it is unreadable.
    func sandbox(_ name: SafeName) throws -> StoredSandbox? {
        guard FileTree.size(record(name)) != nil else { return nil }
        guard let bytes = FileTree.content(record(name)) else { throw unreadable(record(name)) }
        return try WireCoding.value(StoredSandbox.self, from: bytes)
    }

    func save(_ sandbox: StoredSandbox, _ name: SafeName) throws {
        try FileTree.replace(record(name), with: try WireCoding.document(sandbox))
    }

    /// Makes a home unless it is there.
    func makeHome(_ name: SafeName, user: UInt32?) throws {
        try FileTree.makeDirectory(home(name), mode: 0o700)
        if let user { try FileTree.setOwner(home(name), user) }
    }

    /// A user id no sandbox has or ever had.
    func takeUser(base: Int) throws -> UInt32 {
        let file = path + "/next-user"
        let kept = FileTree.content(file).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        if kept == nil, FileTree.size(file) != nil { throw unreadable(file) }
        guard let user = UInt32(exactly: max(kept ?? base, base)), user < UInt32(Int32.max) else {
            throw SandboxError(.limitReached, "There are no user ids left.")
        }
        try FileTree.replace(file, with: [UInt8](String(user + 1).utf8))
        return user
    }

    /// Moves a sandbox's home, jobs and record out of sight; what is left to delete is in `trash`.
    func discard(_ name: SafeName, tag: String) throws {
        for (source, suffix) in [(home(name), "home"), (jobs(name), "jobs")] where FileTree.size(source) != nil {
            try FileTree.move(source, to: "\(path)/trash/\(tag)-\(suffix)")
        }
        try FileTree.removeFile(record(name))
        try FileTree.synchronise(path + "/sandboxes")
    }

    /// The paths of what waits to be deleted.
    var trash: [String] { FileTree.names(in: path + "/trash").map { "\(path)/trash/\($0)" } }

    // MARK: Jobs

    /// Makes the directory and the empty output of a job.
    func makeJob(_ key: JobKey) throws -> Descriptor {
        try FileTree.makeDirectory(jobs(key.sandbox), mode: 0o700)
        try FileTree.makeDirectory(directory(key), mode: 0o700)
        let file = try Descriptor.open(output(key), O_RDWR | O_CREAT | O_TRUNC | O_APPEND)
        try FileTree.synchronise(jobs(key.sandbox))
        try FileTree.synchronise(path + "/jobs")
        return file
    }

    /// The record of a job, or nil when there is none; throws when it is unreadable, so that nothing is run twice.
    func job(_ key: JobKey) throws -> StoredJob? {
        guard FileTree.size(record(key)) != nil else { return nil }
        guard let bytes = FileTree.content(record(key)) else { throw unreadable(record(key)) }
        return try WireCoding.value(StoredJob.self, from: bytes)
    }

    func save(_ job: StoredJob, _ key: JobKey) throws {
        try FileTree.replace(record(key), with: try WireCoding.document(job))
    }

    /// The escaped names of the sandboxes that have jobs, and of the jobs of one.
    var sandboxesWithJobs: [String] { FileTree.names(in: path + "/jobs") }
    func jobNames(_ sandbox: String) -> [String] { FileTree.names(in: "\(path)/jobs/\(sandbox)") }

    private func unreadable(_ file: String) -> SandboxError {
        SandboxError(.systemFailure, "\(file) cannot be read.")
    }
}
