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
        try stop()
        if rollsBack, !(try journal.rollbackSteps().isEmpty) {
            try journal.beginRollback(RollbackTrigger(error: .terminatedInRollback, ending: .terminated))
            try wake(isWoken: true)
        } else {
            try journal.finish(.terminated, definition.limits)
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
    var schedule: WorkflowSchedule?
    var parent: ParentLink?
}
