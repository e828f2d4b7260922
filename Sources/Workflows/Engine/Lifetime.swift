internal import DurableActors

/// One execution of `run` from its first line: counts its steps, runs what is new, answers from the journal what is not.
///
/// Isolation: its executor is that of the engine object, so it is in step with the object's calls and alarms, and each
/// function without `await` is one transition. At most one lifetime of an instance is alive; `retire` fences it: from
/// then on every step call of its code throws, results of its closures are dropped, nothing is written, and calls to
/// other objects are refused, since its code works under a life of its own that has died.
///
/// Waking: while a lifetime is *resident* the object's alarm is overdue on disk, so that a crash is followed by a new
/// lifetime at once. When all its branches have waited for a moment it *settles* (`Lifetime+Settling`).
@safe actor Lifetime {
    /// What the lifetime is for.
    enum Phase: Equatable {
        case running
        /// `run` is replayed to learn how its steps are rolled back.
        case registering
        case rollingBack
    }

    nonisolated let ctx: DurableObjectState
    nonisolated let definition: WorkflowDefinition
    /// The life under which `run` and the closures of its steps work.
    nonisolated let life: Incarnation
    private nonisolated let isolation: CellIsolation
    let instance: InstanceRecord
    let journal: Journal
    let lazyJournal: Journal
    let residence: Residence

    var phase = Phase.running
    /// Whether nothing was recorded before this lifetime, so that no step need be looked for.
    private(set) var isFresh = false
    /// Whether closures wait for the record of their attempt to be durable.
    ///
    /// So it is in a lifetime that follows another, until an attempt ends: code that kills the process at once cannot do so
    /// for ever, since its attempts are counted.
    var isCautious = false
    var trigger: RollbackTrigger?
    var stepsUsed = 0
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var callCounts = CallCounts()
    var calls: CallCounts {
        _read { yield unsafe callCounts }
        _modify { yield unsafe &callCounts }
    }
    /// The names of steps of which the log has a warning.
    var warned: Set<StepKey.Family> = []
    // Safe because no access of it runs anything that comes back here: keys are compared, and steps let go of.
    @exclusivity(unchecked) private var openSteps = OpenSteps()
    var open: OpenSteps {
        _read { yield unsafe openSteps }
        _modify { yield unsafe &openSteps }
    }
    var handlers: [StepKey: RollbackHandler] = [:]
    /// A task that has run its attempt and waits for the next.
    var sleepingRunner: AttemptRunner?
    var undoing: Undoing?
    var suspensions = 0
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var runningCount = 0
    var attemptsRunning: Int {
        get { unsafe runningCount }
        set {
            unsafe runningCount = newValue
            if newValue == 0, unsafe !draining.isEmpty { endDraining() }
        }
    }
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var draining: [CheckedContinuation<Void, Never>] = []
    /// Whoever waits for the attempts that run.
    var drains: [CheckedContinuation<Void, Never>] {
        _read { yield unsafe draining }
        _modify { yield unsafe &draining }
    }
    /// How many steps have ended in a batch that is not durable yet.
    var outcomesOnTheirWay = 0
    var parked = 0
    var timers = TimerHeap()
    var armedFor: UInt64 = .max
    /// The scheduler's timer for the earliest of them.
    var armed: TimerToken?
    /// Whether the scheduler's timer has come once.
    var hasLooked = false

    /// Steps of the journal that the code has yet to call; nil where history may change.
    var history: HistoryCheck?

    var isPausing = false
    var heldForPause: [@Sendable (isolated Lifetime) -> Void] = []

    private(set) var isOver = false
    /// Why the lifetime ended without an end of the instance, if storage refused.
    private(set) var failure: (any Error)?
    private var lateCalls = 0
    var main: Task<Void, Never>?
    /// The number of the task that runs `run`; 0 while none does.
    // Safe because it is set and read on the object's executor alone.
    private nonisolated(unsafe) var mainTask: UInt = 0

    var isSettled = false
    var isSettling = false
    var activity: UInt64 = 0
    var heldForSlot: [@Sendable (isolated Lifetime) -> Void] = []
    var isQueued = false

    init(
        _ ctx: DurableObjectState,
        _ definition: WorkflowDefinition,
        _ instance: InstanceRecord,
        _ residence: Residence
    ) {
        self.ctx = ctx
        self.definition = definition
        self.instance = instance
        self.residence = residence
        life = Incarnation(within: ctx.incarnation)
        isolation = ctx.incarnation.cell.isolation
        journal = Journal(ctx: ctx)
        lazyJournal = journal.lazily
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        // Safe because the lifetime keeps the executor alive, and with the context the cell that it belongs to.
        unsafe isolation.asUnownedSerialExecutor()
    }

    var limits: WorkflowLimits { definition.limits }

    // MARK: Begin and end

    /// Enters `run`, or replays it for a rollback; the caller sees to it that the alarm is overdue.
    func begin(_ trigger: RollbackTrigger?) throws {
        self.trigger = trigger
        try transition {
            isFresh = try journal.counters().steps == 0
            isCautious = try journal.status()?.hasStarted == true
            if trigger == nil {
                try journal.start()
                if limits.refusesChangedHistory { history = try HistoryCheck(journal) }
            } else {
                phase = .registering
                try journal.setStatus(.running)
            }
        }
        ctx.incarnation.holds += 1
        main = spawn(in: nil) { await $0.runToEnd() }
    }

    private func runToEnd() async {
        unsafe mainTask = RunningTask.current.number
        defer { unsafe mainTask = 0 }
        let outcome: Result<[UInt8], any Error>
        do {
            let runner = definition.runner(instance.version)
            outcome = .success(try await runner.run(instance, WorkflowStep(lifetime: self)))
        } catch let error as UnreadableParams where !isOver && trigger == nil {
            definition.log.error("The parameters of \(instance.id) cannot be read: \(error.cause)")
            return hold(because: .fatal("The stored parameters are not those that the code takes."))
        } catch {
            outcome = .failure(error)
        }
        guard !isOver else { return }
        if let trigger {
            if phase == .registering { rollBack(trigger) }
            return
        }
        if let changed = history?.firstUnvisited { return refuse(changed) }
        for step in open.values where step.call != nil {
            definition.log.notice("Step \(step.key.label) of \(instance.id) was still running when run ended.")
        }
        switch outcome {
        case .success(let output): finish(.complete, output: output)
        case .failure(let error): fail(WorkflowError(erasing: error))
        }
    }

    /// Records the instance's end and retires, in one transition with whatever the caller has written.
    func finish(
        _ status: InstanceStatus.Status,
        output: [UInt8]? = nil,
        error: WorkflowError? = nil,
        rollback: InstanceStatus.Rollback? = nil
    ) {
        // Silence is right: a refused write retires the lifetime and is kept in `failure`.
        try? transition {
            try journal.finish(status, output: output, error: error, rollback: rollback, limits)
        }
        retire()
    }

    /// Fences the lifetime and has its code unwind: whatever that code does from now on has no effect.
    func retire(keepsSlot: Bool = false) {
        guard !isOver else { return }
        isOver = true
        life.die(DurableObjectError(.reset, "The workflow instance has left this lifetime.", retryable: true))
        undoing?.life.die(DurableObjectError(.reset, "The rollback was cut.", retryable: true))
        if !isSettled || isQueued { ctx.incarnation.holds -= 1 }
        dropTimers()
        heldForPause = []
        heldForSlot = []
        // A place in the queue would be granted to this lifetime, which is over.
        if !keepsSlot || !residence.slot.isHeld { residence.slot.giveBack() }
        residence.leave()
        main?.cancel()
        sleepingRunner.take()?.wake()
        undoing?.end(throwing: WorkflowSuspension())
        history?.end(.failure(WorkflowSuspension()))
        endOpenSteps()
    }

    /// Cancels and suspends whatever steps are open.
    func endOpenSteps() {
        let steps = open.values
        open = OpenSteps()
        attemptsRunning = 0
        parked = 0
        for step in steps {
            step.task?.cancel()
            step.end(.suspended)
        }
    }

    /// Retires a lifetime whose object has left memory; callable from anywhere.
    nonisolated func abandon() {
        ctx.incarnation.cell.perform { self.assumeIsolated { $0.retire() } }
    }

    /// Whether a task is that of `run`, which none but the lifetime can cancel: it ends the open steps then.
    ///
    /// One that has cancelled itself does not count.
    nonisolated func isMain(_ task: RunningTask) -> Bool { unsafe task.number == mainTask && !task.isCancelled }

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
        guard isOver || AttemptScope.current?.isOver ?? false else {
            if phase == .rollingBack { throw WorkflowError.fatal("Cannot execute steps during rollback phase") }
            return noteActivity()
        }
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
        life other: Incarnation? = nil,
        _ work: @escaping @Sendable (isolated Lifetime) async -> Void
    ) -> Task<Void, Never> {
        spawn(in: scope, life: other) { await work(self) }
    }

    /// The same for work that begins outside the lifetime's isolation.
    func spawn(
        in scope: AttemptScope?,
        life other: Incarnation? = nil,
        _ work: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        let life = other ?? life
        return Task.detached(executorPreference: life.cell) {
            await CurrentObject.$incarnation.withValue(life) {
                await AttemptScope.$current.withValue(scope) { await work() }
            }
        }
    }
}
