internal import Distributed
internal import DurableActors

/// The durable object that is one instance of a workflow; its storage is the instance's journal.
distributed actor WorkflowEngine: DurableObject, ResidentAlarmHandler {
    typealias Env = WorkflowDefinition

    private let ctx: DurableObjectState
    private let definition: WorkflowDefinition
    private let journal: Journal
    private var lifetime: Lifetime?

    init(ctx: DurableObjectState, env: WorkflowDefinition) {
        self.ctx = ctx
        definition = env
        journal = Journal(ctx: ctx)
        actorSystem = ctx.actorSystem
    }

    deinit { lifetime?.abandon() }

    /// Creates the instance and enters `run`; the answer waits for the instance to be durable, not for its start.
    distributed func create(_ id: String, _ params: [UInt8]) throws {
        let record = InstanceRecord(workflow: definition.name, id: id, createdAt: ctx.now, params: params)
        try journal.create(record)
        try begin(record)
    }

    /// Where the instance stands.
    distributed func status() throws -> StatusReport {
        guard let stored = try journal.status() else { throw WorkflowError.instanceNotFound }
        let isWaiting = try stored.status == .running && living()?.assumeIsolated { $0.isWaiting } ?? false
        return StatusReport(
            status: isWaiting ? .waiting : stored.status,
            error: stored.error,
            output: stored.output
        )
    }

    /// Takes an event in; a wait that it ends is ended in the same transition.
    distributed func sendEvent(_ type: String, _ payload: [UInt8]) throws {
        guard let status = try journal.status() else { throw WorkflowError.instanceNotFound }
        guard !status.status.isFinite else { throw WorkflowError.cannotSendEvent }
        guard let (key, record) = try journal.accept(payload, type: type), status.status != .paused else { return }
        if let lifetime = try living() {
            lifetime.assumeIsolated { $0.ended(key, record) }
        } else {
            try journal.wakeNow()
            try begin()
        }
    }

    /// Ends the instance at once; its code goes on without effect until it notices that it is cancelled.
    distributed func terminate() throws {
        guard let status = try journal.status() else { throw WorkflowError.instanceNotFound }
        guard !status.status.isFinite else { throw WorkflowError.cannotTerminate }
        let running = try living()
        running?.assumeIsolated { $0.fence() }
        try journal.finish(.terminated)
        running?.assumeIsolated { $0.unwindOutsideTheObject() }
    }

    /// Wakes the instance: a deadline has come, or the process died while it was resident.
    func alarm(_ info: AlarmInfo) async throws {
        guard let status = try journal.status(), !status.status.isFinite, status.status != .paused else { return }
        do {
            if try living() == nil { try begin() }
            try await lifetime?.takeAlarm()
            try await lifetime?.untilSettled()
        } catch {
            // A journal that cannot be kept is tried again for ever; an object that was reset has its alarm still.
            try journal.wakeLater()
        }
    }

    private func living() throws -> Lifetime? {
        guard let lifetime, lifetime.assumeIsolated({ !$0.isOver }) else { return nil }
        return lifetime
    }

    private func begin(_ known: InstanceRecord? = nil) throws {
        guard let record = try known ?? journal.instance() else { throw WorkflowError.instanceNotFound }
        let lifetime = Lifetime(ctx, definition, record)
        self.lifetime = lifetime
        try lifetime.assumeIsolated { try $0.begin() }
    }
}
