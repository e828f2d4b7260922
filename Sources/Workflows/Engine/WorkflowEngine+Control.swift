internal import Distributed
internal import DurableActors

/// The calls that control an instance; each is one transition.
extension WorkflowEngine {
    /// Pauses the instance once the attempts that run have ended.
    distributed func pause() throws {
        let status = try current()
        guard status.status == .running || status.status == .waiting, status.trigger == nil else { return }
        if let lifetime = try living() {
            try lifetime.assumeIsolated { try $0.requestPause() }
        } else {
            try journal.pause()
            try stop()
        }
    }

    /// Lets a paused instance go on, or takes a pause back that has not begun.
    distributed func resume() throws {
        let status = try current()
        switch status.status {
        case .paused:
            try journal.resume()
            try wake(isWoken: false)
        case .waitingForPause:
            try living()?.assumeIsolated { try $0.cancelPause() }
        default: return
        }
    }

    /// Ends the instance at once; its code goes on without effect until it notices that it is cancelled.
    distributed func terminate(_ rollsBack: Bool) throws {
        let status = try current()
        guard !status.status.isFinite else { throw WorkflowError.cannotTerminate }
        try end(because: nil, rollsBack: rollsBack)
    }

    /// Ends the instance from outside its code, for an error that its status is to have or for none.
    private func end(because error: WorkflowError?, rollsBack: Bool) throws {
        try stop()
        if rollsBack, !(try journal.rollbackSteps().isEmpty) {
            try journal.beginRollback(RollbackTrigger(error: error ?? .terminatedInRollback, ending: .terminated))
            try wake(isWoken: true)
        } else {
            try journal.finish(.terminated, error: error, definition.limits)
        }
    }

    /// Ends the instance when the time that it was given has passed; returns whether it did.
    func endIfOverdue() throws -> Bool {
        let status = try current()
        guard !status.status.isFinite, status.status != .paused, status.trigger == nil,
            let due = try journal.deadline(), due <= ctx.now, let limit = try journal.instance()?.timeout
        else { return false }
        try end(because: .timedOut(after: limit.milliseconds), rollsBack: limit.rollsBack)
        return true
    }

    private func deadlineHasCome() throws {
        guard try !endIfOverdue(), let due = try journal.deadline(), due > ctx.now else { return }
        // The clock was set back.
        try watchDeadline()
    }

    /// Waits until no attempt runs, so long at most, and ends those that still do.
    distributed func drain(_ milliseconds: Int64) async throws {
        try await lifetime?.drain(within: milliseconds)
    }

    /// Has an instance in memory end at its deadline, whatever it does then; one that is not has its alarm.
    func watchDeadline() throws {
        guard let due = try journal.deadline() else { return }
        let cell = ctx.incarnation.cell
        let (world, log, left) = (cell.host.world, definition.log, UInt64(max(due - ctx.now, 0)) * 1_000_000)
        deadlineTimer?.cancel()
        deadlineTimer = world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds + left) {
            [weak self, weak cell] in
            cell?.perform { [weak self] in
                do {
                    try self?.assumeIsolated { try $0.deadlineHasCome() }
                } catch {
                    log.error("An instance cannot be ended in time: \(error)")
                }
            }
        }
    }

    /// Forgets what happened, all of it or from a step on, and begins again.
    distributed func restart(_ point: RestartPoint?) throws {
        _ = try current()
        try definition.admit(now: ctx.now)
        try journal.restart(from: point)
        try stop(keepsSlot: true)
        try wake(isWoken: false)
    }

    /// What happened after the cursor; waits for it when there is nothing yet, half a minute at most.
    distributed func events(_ cursor: Int64) async throws -> EventPage {
        let page = try eventPage(cursor)
        guard page.events.isEmpty, !page.isLast else { return page }
        let (cell, memory) = (ctx.incarnation.cell, journal.memory)
        let clock = cell.host.world.clock
        let limit = cell.host.world.scheduler.schedule(atUptime: clock.uptimeNanoseconds + 30_000_000_000) {
            cell.perform { memory.wakeReaders() }
        }
        await memory.waitForLog()
        limit.cancel()
        return try eventPage(cursor)
    }

    private func eventPage(_ cursor: Int64) throws -> EventPage {
        let status = try current()
        let events = try journal.entries(after: cursor, rows: 256)
        return EventPage(events: events, isLast: events.isEmpty && status.status.isFinite)
    }

    /// What the instance has published under a name.
    distributed func published(_ name: String) throws -> [UInt8]? {
        _ = try current()
        return try journal.rows.get(JournalKeys.states + name, as: PublishedRecord.self)?.value
    }

    /// All that is stored of the instance's steps.
    distributed func history() throws -> WorkflowHistory {
        _ = try current()
        return try journal.history()
    }
}

/// A page of an instance's log.
struct EventPage: Codable, Sendable {
    let events: [WorkflowInstanceEvent]
    /// Whether the instance has ended and nothing follows.
    let isLast: Bool
}

/// From which step an instance is restarted.
struct RestartPoint: Codable, Sendable {
    let name: String
    let count: Int
    let type: RestartStepType

    func names(_ key: StepKey) -> Bool {
        let kind: StepKey.Kind =
            switch type {
            case .do: .call
            case .sleep: .sleep
            case .waitForEvent: .wait
            }
        return key.family == StepKey.Family(kind, name)
    }
}

/// What an instance is created with.
struct Creation: Codable, Sendable {
    let params: [UInt8]
    var successRetention: Int64?
    var errorRetention: Int64?
    var timeout: TimeLimit?
    var schedule: WorkflowSchedule?
    var parent: ParentLink?
}
