internal import Distributed
internal import DurableActors

/// The durable object that is one instance of a workflow; its storage is the instance's journal.
distributed actor WorkflowEngine: DurableObject, ResidentAlarmHandler {
    typealias Env = WorkflowDefinition

    let ctx: DurableObjectState
    let definition: WorkflowDefinition
    let journal: Journal
    let residence: Residence
    private(set) var lifetime: Lifetime?
    var deadlineTimer: TimerToken?

    init(ctx: DurableObjectState, env: WorkflowDefinition) {
        self.ctx = ctx
        definition = env
        journal = Journal(ctx: ctx)
        residence = Residence(env.slots)
        journal.memory.faults = env.limits.faults
        actorSystem = ctx.actorSystem
    }

    deinit {
        residence.slot.giveBack()
        lifetime?.abandon()
    }

    /// Creates the instance and enters `run`, or queues it; the answer waits for the instance to be durable.
    distributed func create(_ id: String, _ creation: Creation) throws {
        guard try journal.status() == nil else {
            if creation.parent != nil { try adopt() }
            throw WorkflowError.instanceAlreadyExists
        }
        try definition.admit(now: ctx.now)
        try journal.create(
            InstanceRecord(
                workflow: definition.name,
                id: id,
                createdAt: ctx.now,
                params: creation.params,
                schedule: creation.schedule,
                successRetention: creation.successRetention,
                errorRetention: creation.errorRetention,
                timeout: creation.timeout,
                version: definition.newest.version,
                parent: creation.parent
            )
        )
        try wake(isWoken: false)
    }

    /// Tells a parent again that has been restarted since its child ended.
    private func adopt() throws {
        guard try current().status.isFinite, try journal.instance()?.parent != nil else { return }
        try journal.rows.put(JournalKeys.notice, NoValue())
        try journal.wakeNow()
    }

    /// Where the instance stands.
    distributed func status() throws -> StatusReport {
        let stored = try current()
        let isWaiting = try stored.status == .running && living()?.assumeIsolated { $0.isWaiting } ?? false
        return StatusReport(
            status: isWaiting ? .waiting : stored.status,
            error: stored.error,
            output: stored.output,
            rollback: stored.rollback
        )
    }

    /// Takes an event in; a wait that it ends is ended in the same transition.
    distributed func sendEvent(_ type: String, _ payload: [UInt8]) throws {
        let status = try current()
        guard !status.status.isFinite, status.trigger == nil else { throw WorkflowError.cannotSendEvent }
        guard try journal.take(payload.count, of: definition.limits.storageBytes) else {
            throw WorkflowError.storageExceeded
        }
        guard status.status != .paused else { return try journal.keep(payload, type: type) }
        guard let (key, record) = try journal.accept(payload, type: type) else { return }
        if let lifetime = try living() {
            lifetime.assumeIsolated { $0.ended(key, record) }
        } else if status.status == .waiting {
            try journal.wakeNow()
            try wake(isWoken: true)
        }
    }

    /// Wakes the instance: a deadline has come, the process died while it was resident, or it is to be forgotten.
    func alarm(_ info: AlarmInfo) async throws {
        guard let status = try journal.status(), try current().status != .paused else { return }
        if status.status.isFinite { return try await alarmAfterTheEnd() }
        residence.enter()
        do {
            if try takeAlarm(status) { await residence.stay() }
            try throwFailure()
        } catch {
            // A journal that cannot be kept is tried again for ever; an object that was reset has its alarm still.
            residence.leave()
            try journal.wakeLater()
        }
    }

    /// Ends what is due and goes on; returns whether the alarm's handler is to last.
    private func takeAlarm(_ status: StatusRecord) throws -> Bool {
        if try endIfOverdue() {
            residence.enter()
        } else if let lifetime = try living() {
            try lifetime.assumeIsolated { try $0.takeAlarm() }
        } else {
            if status.trigger == nil { _ = try journal.endDue { _ in false } }
            try wake(isWoken: status.status == .waiting || status.isWoken)
        }
        return try living()?.assumeIsolated { $0.isBusy } ?? residence.slot.isAsked
    }

    private func throwFailure() throws {
        if let failure = lifetime?.assumeIsolated({ $0.failure }) { throw failure }
    }

    /// Tells the parent, then forgets the instance when it has been kept for long enough.
    private func alarmAfterTheEnd() async throws {
        if let parent = try journal.instance()?.parent,
            try journal.rows.get(JournalKeys.notice, as: NoValue.self) != nil
        {
            let report = try status()
            guard await definition.directory.named(parent.workflow)?.tell(parent, report) ?? true else {
                return try journal.wakeLater()
            }
            try journal.rows.delete(JournalKeys.notice)
        }
        guard let expiry = try journal.expiry(definition.limits) else { return }
        guard expiry <= ctx.now else { return try journal.forgetLater(expiry - ctx.now) }
        let (cell, log) = (ctx.incarnation.cell, definition.log)
        // Outside the object, which it ends.
        Task.detached(executorPreference: cell) {
            do { try await cell.delete() } catch { log.error("An instance cannot be forgotten: \(error)") }
        }
    }

    // MARK: Lifetimes

    /// Where the instance stands; one whose process died while it was to be paused is paused now.
    func current() throws -> StatusRecord {
        guard let status = try journal.status() else { throw WorkflowError.instanceNotFound }
        guard status.status == .waitingForPause, try living() == nil else { return status }
        try journal.pause()
        return try journal.status() ?? status
    }

    func living() throws -> Lifetime? {
        guard let lifetime, lifetime.assumeIsolated({ !$0.isOver }) else { return nil }
        return lifetime
    }

    /// Begins a lifetime, at once or when there is a slot.
    func wake(isWoken: Bool) throws {
        guard try living() == nil, let status = try journal.status(), !status.status.isFinite,
            status.status != .paused
        else { return }
        try watchDeadline()
        let cell = ctx.incarnation.cell
        let isThere = residence.slot.take(isWoken: isWoken, since: status.since) { [weak self] in
            cell.perform { [weak self] in self?.assumeIsolated { $0.slotGranted() } }
        }
        guard isThere else { return try journal.queue(isWoken: isWoken) }
        guard let record = try journal.instance() else { throw WorkflowError.instanceNotFound }
        let lifetime = Lifetime(ctx, definition, record, residence)
        self.lifetime = lifetime
        try lifetime.assumeIsolated { try $0.begin(status.trigger) }
    }

    private func slotGranted() {
        do {
            try wake(isWoken: true)
            if try living() == nil { residence.slot.giveBack() }
        } catch {
            definition.log.error("An instance of \(definition.name) cannot begin: \(error)")
            residence.slot.giveBack()
            residence.leave()
        }
    }

    /// Fences the lifetime, if there is one, and whatever waits for a slot.
    func stop(keepsSlot: Bool = false) throws {
        if let lifetime = try living() {
            lifetime.assumeIsolated { $0.retire(keepsSlot: keepsSlot) }
        } else {
            residence.slot.giveBack()
            residence.leave()
        }
    }
}
