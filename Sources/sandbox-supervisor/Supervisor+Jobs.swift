import CLinux
import Glibc
import Sandbox

/// Jobs: started once, watched, ended.
extension Supervisor {
    /// Starts a job, or finds it.
    ///
    /// The launcher is started first but waits at its gate; the record, which names the launcher, goes to disk; then
    /// the gate opens. A crash before the record runs nothing, a crash after it leaves a record without an exit, which
    /// the next supervisor reports as failed: in no case does the command run twice.
    func start(_ request: SupervisorRequest) throws -> ProcessRecord {
        let key = try key(of: request)
        if let record = try found(key) { return record }
        guard let command = request.command else { throw SandboxError(.invalidRequest, "A command is missing.") }
        let options = request.processOptions ?? ProcessOptions()
        try validate(command, options)
        let sandbox = try sandbox(key.sandbox, id: request.sandbox ?? "", options: SandboxOptions())
        let plan = LaunchPlan(
            command: command,
            home: state.home(key.sandbox),
            user: sandbox.user,
            environment: sandbox.options.environment.merging(options.environment) { _, own in own },
            limits: options.limits ?? sandbox.options.limits
        )
        let job = try launch(key, plan, sandbox, id: request.process ?? "", options)
        jobs[key] = job
        // A launcher that has ended already is noticed by its SIGCHLD.
        _ = try? job.gate.send([1])
        var record = job.record
        record.startedByThisCall = true
        return record
    }

    private func validate(_ command: String, _ options: ProcessOptions) throws(SandboxError) {
        guard jobs.count < SandboxLimits.runningProcesses else {
            throw SandboxError(.limitReached, "\(SandboxLimits.runningProcesses) processes are running already.")
        }
        guard command.utf8.count <= SandboxLimits.commandBytes, !command.utf8.contains(0) else {
            throw SandboxError(
                .invalidRequest,
                "A command may have at most \(SandboxLimits.commandBytes) bytes, none of them NUL."
            )
        }
        try options.limits?.validate()
        try Self.validate(options.environment)
        if let seconds = options.timeoutSeconds {
            guard seconds > 0, seconds <= SandboxLimits.timeoutSeconds else {
                throw SandboxError(.invalidRequest, "A timeout must be positive and at most a year.")
            }
        }
    }

    private func launch(
        _ key: JobKey,
        _ plan: LaunchPlan,
        _ sandbox: StoredSandbox,
        id: String,
        _ options: ProcessOptions
    ) throws -> RunningJob {
        let file = try state.makeJob(key)
        let pipe = try ChildProcess.pipe()
        let (gate, launcherGate) = try ChildProcess.socketPair()
        _ = da_make_nonblocking(gate.number)
        // safe because the string is a constant.
        let planFile = try Descriptor.adopt(unsafe da_memory_file("plan"), "memfd")
        try planFile.writeAll(try WireCoding.document(plan))
        let leader = try ChildProcess.start(
            "/proc/self/exe",
            arguments: ["launch"],
            environment: Launcher.libraryPath,
            descriptors: [
                try Descriptor.open("/dev/null", O_RDONLY), pipe.writing, pipe.writing, launcherGate, planFile,
            ],
            newSession: true
        )
        let stored = StoredJob(
            sandbox: sandbox.id,
            process: ProcessRecord(id: id, command: plan.command, startedAt: clock.wall()),
            leader: leader,
            leaderTicks: ProcessTable.entry(leader)?.startTicks ?? 0,
            boot: boot,
            user: sandbox.user,
            home: plan.home
        )
        try state.save(stored, key)
        return RunningJob(
            key: key,
            stored: stored,
            lifecycle: JobLifecycle(now: clock.monotonic(), timeoutSeconds: options.timeoutSeconds),
            output: OutputLog(file: file, cap: settings.outputBytes),
            pipe: pipe.reading,
            gate: gate
        )
    }

    func kill(_ request: SupervisorRequest) throws -> ProcessRecord {
        let signal = request.signal ?? .terminate
        guard (1...31).contains(signal.rawValue) else {
            throw SandboxError(.invalidRequest, "A signal has a number from 1 to 31.")
        }
        let key = try key(of: request)
        guard let job = jobs[key] else { return try existing(key, request) }
        kill(job, signal, reason: "killed by signal \(signal.rawValue) on request")
        return job.record
    }

    func kill(_ job: RunningJob, _ signal: ProcessSignal, reason: String) {
        job.lifecycle.signalled(signal, now: clock.monotonic(), reason: reason)
        send(signal, to: job)
    }

    /// Signals a job's group; only while its leader is not reaped, since the number may be another's afterwards.
    ///
    /// For a kill the group is stopped first: a leader that still lives ties processes of other sessions to the job.
    private func send(_ signal: ProcessSignal, to job: RunningJob) {
        let leads = job.lifecycle.exit == nil
        if signal == .kill {
            if leads { _ = Glibc.kill(-job.stored.leader, SIGSTOP) }
            sweep(job)
        } else if signal == .terminate {
            remember(job)
        }
        if leads { _ = Glibc.kill(-job.stored.leader, signal.rawValue) }
    }

    /// Collects ended children; those that lead no job are orphans of one, or deleted files.
    func reap() {
        while true {
            var code: Int32 = 0
            var signal: Int32 = 0
            // safe because both results are written during the call only.
            let child = unsafe da_reap(&code, &signal)
            guard child > 0 else { return }
            guard let job = jobs.values.first(where: { $0.stored.leader == child && $0.lifecycle.exit == nil })
            else { continue }
            let exit = JobLifecycle.Exit(code: code < 0 ? nil : Int(code), signal: signal)
            job.lifecycle.leaderEnded(exit, now: clock.monotonic())
            if job.pump(rounds: 64) { serve(job.key) }
        }
    }

    /// Sends due signals and finishes jobs that are over.
    func advanceJobs() {
        let now = clock.monotonic()
        for job in Array(jobs.values) {
            for signal in job.lifecycle.advance(to: now) { send(signal, to: job) }
            if job.lifecycle.isOver(now: now) { finish(job) }
        }
    }

    /// Ends a job for good: its remaining processes, its output, its record, its waiters; in this order.
    private func finish(_ job: RunningJob) {
        sweep(job)
        _ = job.pump(rounds: 64)
        job.pipe = nil
        var failure: String?
        if case .bytes(let bytes)? = try? job.gate.read() {
            failure = "the command could not be started: " + String(decoding: bytes, as: UTF8.self)
        }
        var record = job.record
        job.lifecycle.finish(&record, failure: failure, endedAt: clock.wall())
        job.stored.process = record
        do {
            try state.save(job.stored, job.key)
        } catch {
            Log.write("the end of a job is not on disk; a later supervisor will call it lost: \(error)")
        }
        jobs[job.key] = nil
        serve(job.key)
        finishDestruction(job.key.sandbox)
    }
}
