internal import Distributed
internal import DurableActors

/// What a workflow does about the times that passed while its host was down; beyond the original.
public enum MissedSchedule: Sendable, Hashable {
    /// Nothing.
    case skip
    /// Starts one instance, for the latest of them.
    case latest
}

/// The schedules of one workflow, as its clock is given them.
struct ScheduleTable: Sendable {
    let workflow: WorkflowClass
    let expressions: [CronExpression]
    let missed: MissedSchedule
    /// How late a time may be without having been missed: a host that starts again takes a while.
    static let lateMilliseconds: Int64 = 60_000
}

/// The durable object that starts a workflow's instances by its schedules: it keeps when each comes next.
///
/// The next time is durable before it comes, and an instance's id is made of schedule and time: so each time starts one
/// instance, whenever the host dies.
distributed actor WorkflowClock: DurableObject, AlarmHandler {
    typealias Env = ScheduleTable

    private let ctx: DurableObjectState
    private let table: ScheduleTable

    init(ctx: DurableObjectState, env: ScheduleTable) {
        self.ctx = ctx
        table = env
        actorSystem = ctx.actorSystem
    }

    /// Takes the schedules of the running build: new ones begin now, others go on, and what is gone is forgotten.
    distributed func arm() throws {
        let known = try forgetOthers()
        for expression in table.expressions where known[expression.text] == nil {
            try ctx.storage.kv.put(expression.text, expression.next(after: ctx.now) ?? .max)
        }
        try setAlarm()
    }

    /// Forgets schedules that the running build has no more; returns when each that was known comes next.
    private func forgetOthers() throws -> StorageEntries<Int64> {
        let rows = ctx.storage.kv
        let known = try rows.list(as: Int64.self)
        for (cron, _) in known where !table.expressions.contains(where: { $0.text == cron }) { try rows.delete(cron) }
        return known
    }

    func alarm(_ info: AlarmInfo) async throws {
        _ = try forgetOthers()
        for expression in table.expressions {
            guard let due = try ctx.storage.kv.get(expression.text, as: Int64.self), due <= ctx.now else { continue }
            if let time = time(of: expression, due: due) { try await start(expression.text, time) }
            try ctx.storage.kv.put(expression.text, expression.next(after: max(ctx.now, due)) ?? .max)
        }
        try setAlarm()
    }

    /// For which time an instance is started; nil when the time was missed.
    private func time(of expression: CronExpression, due: Int64) -> Int64? {
        let latest = expression.last(notAfter: ctx.now, laterThan: due - 1) ?? due
        if table.missed == .latest || ctx.now - latest <= ScheduleTable.lateMilliseconds { return latest }
        return nil
    }

    private func start(_ cron: String, _ time: Int64) async throws {
        let definition = table.workflow.definition
        do {
            var creation = Creation(params: try definition.newest.encodeParams([:]))
            creation.schedule = WorkflowSchedule(cron: cron, scheduledTime: time)
            _ = try await table.workflow.create(checked: "\(cron)-\(time)", creation)
        } catch WorkflowError.instanceAlreadyExists {
            return
        } catch let error as DurableObjectError {
            // The alarm is tried again.
            throw error
        } catch {
            definition.log.error("The schedule \(cron) of \(definition.name) starts nothing: \(error)")
        }
    }

    private func setAlarm() throws {
        guard let first = try ctx.storage.kv.list(as: Int64.self).values.min(), first < .max else {
            return try ctx.incarnation.deleteAlarm(named: [], confirmed: true)
        }
        try ctx.incarnation.setAlarm(named: [], max(first, 1), confirmed: true)
    }
}
