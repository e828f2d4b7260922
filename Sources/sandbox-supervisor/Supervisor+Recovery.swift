import Glibc
import Sandbox

/// What an earlier supervisor left: jobs without an exit are called failed, and their processes are killed.
extension Supervisor {
    func recover() {
        for sandbox in state.sandboxesWithJobs.compactMap(SafeName.init(escaped:)) {
            for job in state.jobNames(sandbox.text).compactMap(SafeName.init(escaped:)) {
                let key = JobKey(sandbox: sandbox, job: job)
                do {
                    if let stored = try state.job(key), stored.process.endedAt == nil { try settle(stored, key) }
                } catch {
                    Log.write("\(state.directory(key)): \(error)")
                }
            }
        }
    }

    private func settle(_ stored: StoredJob, _ key: JobKey) throws {
        var stored = stored
        let killed = killAll { leftovers(of: stored, $0) }
        for process in killed { try ProcessWait.ended(process, within: 2000) }
        stored.process.status = .failed
        stored.process.endedAt = clock.wall()
        stored.process.outputBytes = FileTree.size(state.output(key)) ?? 0
        stored.process.reason =
            "the sandbox supervisor ended while the command was running; the command was not"
            + " run again, and \(killed.count) processes it left were killed"
        try state.save(stored, key)
    }

    /// The processes of a lost job.
    ///
    /// Another supervisor's jobs may have the same numbers but live below that one.
    private func leftovers(of job: StoredJob, _ table: ProcessTable) -> Set<Int32> {
        guard job.boot == boot else { return [] }
        return Set(
            table.living { entry in
                guard entry.startTicks >= job.leaderTicks, entry.process != process else { return false }
                guard ProcessTable.user(of: entry.process) == job.user ?? geteuid() else { return false }
                guard !table.ancestors(of: entry.process).contains(where: isSupervisor) else { return false }
                if entry.process == job.leader { return entry.startTicks == job.leaderTicks }
                return job.user != nil || (table.belongs(entry, to: job.leader) && lives(entry.process, in: job.home))
            }
        )
    }

    private func isSupervisor(_ entry: ProcessTable.Entry) -> Bool {
        guard let program = FileTree.linkTarget("/proc/\(entry.process)/exe") else { return false }
        return program.hasSuffix("/sandbox-supervisor") && ProcessTable.user(of: entry.process) == geteuid()
    }

    private func lives(_ process: Int32, in home: String) -> Bool {
        guard let variables = FileTree.content("/proc/\(process)/environ") else { return false }
        return variables.split(separator: 0).contains { $0.elementsEqual("HOME=\(home)".utf8) }
    }
}
