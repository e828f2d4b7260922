internal import DurableActors

/// One execution of `run` from its first line: counts its steps, runs what is new, answers from the journal what is not.
///
/// Isolation: its executor is that of the engine object, so it is in step with the object's calls and alarms, and each
/// function without `await` is one transition. At most one lifetime of an instance is alive; `retire` fences it: from
/// then on every step call of its code throws, results of its closures are dropped, and nothing is written.
///
/// Waking: while a lifetime is *resident* the object's alarm is overdue on disk, so that a crash is followed by a new
/// lifetime at once. When all its branches have waited for a moment it *settles*: the alarm is set to the first
/// deadline, and the object may leave memory.
actor Lifetime {
    nonisolated let ctx: DurableObjectState
    nonisolated let definition: WorkflowDefinition
    let instance: InstanceRecord
    let journal: Journal

    var stepsUsed = 0
    var counts: [StepKey.Family: Int] = [:]
    var open: [StepKey: OpenStep] = [:]
    var attemptsRunning = 0
    var parked = 0
    var timers = TimerHeap()
    var armedFor: UInt64 = .max

    private(set) var isOver = false
    /// Why the lifetime ended without an end of the instance, if storage refused.
    private(set) var failure: (any Error)?
    private var lateCalls = 0
    private var main: Task<Void, Never>?

    private(set) var isSettled = false
    private var isSettling = false
    private var activity: UInt64 = 0
    /// Handlers of the alarm that last as long as the lifetime is resident.
    private var residents: [CheckedContinuation<Void, Never>] = []
    private var hasAlarmHandler = false

    init(_ ctx: DurableObjectState, _ definition: WorkflowDefinition, _ instance: InstanceRecord) {
        self.ctx = ctx
        self.definition = definition
        self.instance = instance
        journal = Journal(ctx: ctx)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        // Safe because the lifetime keeps the context, and with it the cell, which is the executor, alive.
        unsafe ctx.incarnation.cell.isolation.asUnownedSerialExecutor()
    }

    var limits: WorkflowLimits { definition.limits }

    // MARK: Begin and end

    /// Enters `run`; the caller sees to it that the alarm is overdue.
    func begin() throws {
        try transition { try journal.setStatus(.running) }
        ctx.incarnation.holds += 1
        main = spawn(in: nil) { await $0.runToEnd() }
    }

    private func runToEnd() async {
        let outcome: Result<[UInt8], any Error>
        do {
            outcome = .success(try await definition.run(instance, WorkflowStep(lifetime: self)))
        } catch {
            outcome = .failure(error)
        }
        guard !isOver else { return }
        for step in open.values where step.body != nil {
            definition.log.notice("Step \(step.key.label) of \(instance.id) was still running when run ended.")
        }
        switch outcome {
        case .success(let output): finish(.complete, output: output)
        case .failure(let error): finish(.errored, error: WorkflowError(erasing: error))
        }
    }

    /// Records the instance's end and retires, in one transition with whatever the caller has written.
    func finish(_ status: InstanceStatus.Status, output: [UInt8]? = nil, error: WorkflowError? = nil) {
        // Silence is right: a refused write retires the lifetime and is kept in `failure`.
        try? transition { try journal.finish(status, output: output, error: error) }
        retire()
    }

    /// Fences the lifetime and has its code unwind: whatever that code does from now on has no effect.
    func retire() {
        fence()
        unwind()
    }

    /// Fences the lifetime: none of its step calls and results counts from now on.
    func fence() {
        guard !isOver else { return }
        isOver = true
        if !isSettled { ctx.incarnation.holds -= 1 }
        timers = TimerHeap()
        releaseResidents()
    }

    /// Cancels the code of a fenced lifetime and suspends what it awaits.
    func unwind() {
        main?.cancel()
        let steps = open.values
        open = [:]
        for step in steps {
            step.task?.cancel()
            step.end(.failure(WorkflowSuspension()))
        }
    }

    /// Retires a lifetime whose object has left memory; callable from anywhere.
    nonisolated func abandon() {
        ctx.incarnation.cell.perform { self.assumeIsolated { $0.retire() } }
    }

    /// Ends the object's life in memory once the end of the instance is durable, and only then lets the code unwind.
    ///
    /// So nothing that a `catch` or `defer` of it tries can reach another object or a socket.
    func unwindOutsideTheObject() {
        let incarnation = ctx.incarnation
        Task.detached(executorPreference: incarnation.cell) { [ctx] in
            await self.reset(after: ctx.storage)
        }
    }

    private func reset(after storage: DurableObjectStorage) async {
        do {
            try await storage.sync()
            let cause = DurableObjectError(.reset, "The workflow instance was terminated.", retryable: true)
            ctx.incarnation.cell.reset(ctx.incarnation, because: cause)
        } catch {
            // The object has been reset already, by what kept it from being durable.
        }
        unwind()
    }

    /// Runs a transition; when storage refuses, the lifetime is over and its code is suspended.
    func transition<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            if ctx.incarnation.death == nil {
                definition.log.error("The journal of \(instance.id) cannot be kept: \(error)")
            }
            failure = error
            retire()
            throw WorkflowSuspension()
        }
    }

    /// Lets a step call of living code pass; of code that is over, the first throws and later ones never return.
    ///
    /// A polling loop that swallows errors would otherwise spin for ever.
    func enter() async throws {
        guard isOver || AttemptScope.current?.isOver ?? false else { return noteActivity() }
        lateCalls += 1
        if isOver, lateCalls > 1 {
            // Safe because the task is meant never to go on; nothing waits for it.
            await unsafe withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
        throw WorkflowSuspension()
    }

    /// Starts a task on the object's executor that works for it and for one attempt.
    func spawn(
        in scope: AttemptScope?,
        _ work: @escaping @Sendable (isolated Lifetime) async -> Void
    ) -> Task<Void, Never> {
        let incarnation = ctx.incarnation
        return Task.detached(executorPreference: incarnation.cell) {
            await CurrentObject.$incarnation.withValue(incarnation) {
                await AttemptScope.$current.withValue(scope) { await work(self) }
            }
        }
    }

    // MARK: Settling

    /// Notes that code of the lifetime runs or will run; a settled one becomes resident again.
    func noteActivity() {
        activity += 1
        guard isSettled else { return }
        isSettled = false
        ctx.incarnation.holds += 1
        // Silence is right: a refused write retires the lifetime, which its callers notice.
        try? transition {
            try journal.setStatus(.running)
            if !hasAlarmHandler { try journal.wakeNow() }
        }
    }

    /// Whether every branch waits.
    var isWaiting: Bool { attemptsRunning == 0 && parked > 0 }

    /// To be called whenever a branch may have been the last to begin to wait.
    func considerSettling() {
        guard isWaiting, !isSettled, !isSettling, !isOver else { return }
        isSettling = true
        let seen = activity
        _ = after(limits.settleMilliseconds) { $0.settle(ifUnchangedSince: seen) }
    }

    private func settle(ifUnchangedSince seen: UInt64) {
        isSettling = false
        guard isWaiting, !isSettled, !isOver else { return }
        guard activity == seen else { return considerSettling() }
        // Silence is right: a refused write retires the lifetime, which releases everything itself.
        guard (try? transition { try journal.park() }) != nil else { return }
        isSettled = true
        ctx.incarnation.holds -= 1
        releaseResidents()
    }

    /// The alarm's time has come: what is due ends, and the lifetime is resident.
    func takeAlarm() throws {
        guard !isOver else { return }
        hasAlarmHandler = true
        noteActivity()
        for (key, record) in try transition({ try journal.endDue { open[$0] != nil } }) { ended(key, record) }
        considerSettling()
    }

    /// Returns when the lifetime is no longer resident.
    func untilSettled() async throws {
        if !isOver, !isSettled { await withCheckedContinuation { residents.append($0) } }
        if let failure { throw failure }
    }

    private func releaseResidents() {
        hasAlarmHandler = false
        let waiting = residents
        residents = []
        for resident in waiting { resident.resume() }
    }
}
