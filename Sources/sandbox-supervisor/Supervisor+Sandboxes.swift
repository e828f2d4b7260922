import Glibc
import Sandbox

/// Sandboxes: their creation and their end.
extension Supervisor {
    func spawn(_ request: SupervisorRequest) throws -> SandboxRecord {
        let name = try name(of: request)
        let stored = try sandbox(name, id: request.sandbox ?? "", options: request.sandboxOptions ?? .init())
        return SandboxRecord(
            id: stored.id,
            workingDirectory: state.home(name),
            createdAt: stored.createdAt,
            isolation: isolation(user: stored.user)
        )
    }

    /// The sandbox of a name, made if needed, with its home in place.
    func sandbox(_ name: SafeName, id: String, options: SandboxOptions) throws -> StoredSandbox {
        guard !stopping, destructions[name] == nil else {
            throw SandboxError(.busy, "Sandbox \(id) is being destroyed, or its supervisor is stopping.")
        }
        if let stored = try state.sandbox(name) {
            try state.makeHome(name, user: stored.user)
            return stored
        }
        try options.limits.validate()
        try Self.validate(options.environment)
        let user = isRoot ? try state.takeUser(base: settings.userBase) : nil
        let stored = StoredSandbox(id: id, user: user, createdAt: clock.wall(), options: options)
        try state.makeHome(name, user: user)
        try state.save(stored, name)
        return stored
    }

    /// Kills a sandbox's jobs; the rest follows when the last has ended.
    func destroy(_ name: SafeName, _ reply: Reply) {
        destructions[name, default: []].append(reply)
        for job in jobs.values where job.key.sandbox == name {
            kill(job, .kill, reason: "the sandbox was destroyed")
        }
        finishDestruction(name)
    }

    /// Discards a sandbox under destruction once it has no jobs.
    func finishDestruction(_ name: SafeName) {
        guard let replies = destructions[name], !jobs.keys.contains(where: { $0.sandbox == name }) else { return }
        destructions[name] = nil
        var failure: SandboxError?
        do {
            if let user = try state.sandbox(name)?.user { sweep(user: user) }
            tags += 1
            try state.discard(name, tag: "\(clock.wall())-\(process)-\(tags)")
        } catch {
            failure = SandboxError(.systemFailure, "\(error)")
        }
        emptyTrash()
        for key in Array(waits.keys) where key.sandbox == name { serve(key) }
        for reply in replies { answer(reply) { $0.error = failure } }
    }

    /// Deletes discarded files in a process of its own, since a large home takes its time.
    func emptyTrash() {
        let paths = state.trash
        guard !paths.isEmpty else { return }
        do {
            let empty = try Descriptor.open("/dev/null", O_RDWR)
            _ = try ChildProcess.start(
                "/bin/rm",
                arguments: ["-rf", "--"] + paths.prefix(256),
                environment: [:],
                descriptors: [empty, empty, empty],
                newSession: true
            )
        } catch {
            Log.write("discarded files remain until the next start: \(error)")
        }
    }

    static func validate(_ environment: [String: String]) throws(SandboxError) {
        for (name, value) in environment {
            guard !name.isEmpty, !name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }) else {
                throw SandboxError(.invalidRequest, "A variable's name must not be empty or contain = or NUL.")
            }
            guard !value.utf8.contains(0) else {
                throw SandboxError(.invalidRequest, "The variable \(name) must not contain NUL.")
            }
        }
    }
}
