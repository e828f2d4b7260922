internal import Locks

/// Fires alarms at their time, at least once, from the index on disk.
///
/// What it holds in memory is small: the time of the next look at the index, and the alarms that are running or wait to
/// be tried again. The index is written in the same commit as the object's data, so an alarm that was set is found
/// after any crash; the object compares the stored time again before its handler runs, so a stale look does no harm.
package final class AlarmScheduler: Sendable {
    /// How many due alarms one look takes.
    static let batch = 256

    private struct Key: Hashable {
        let classNumber: ClassNumber
        let id: DurableObjectId
        let name: String
    }

    private struct Running {
        let due: Int64
        var retry = AlarmRetry()
        /// Set while it waits to be tried again.
        var nextTry: TimerToken?
    }

    private struct State {
        var nextLook: Int64?
        var timer: TimerToken?
        var running: [Key: Running] = [:]
        var started = false
    }

    private let state = Mutex(State())
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// Begins firing; overdue alarms run at once.
    package func start() throws {
        state.withLock { $0.started = true }
        if let due = try host.objects.earliestAlarm() { look(at: due) }
    }

    package func stop() {
        state.withLock { state in
            state.started = false
            state.timer?.cancel()
        }
    }

    /// An alarm is on disk that is due at `due`.
    package func committed(due: Int64) { look(at: due) }

    private func look(at due: Int64) {
        let now = host.world.clock.nowMilliseconds
        state.withLock { state in
            guard state.started, due < state.nextLook ?? .max else { return }
            state.nextLook = due
            state.timer?.cancel()
            state.timer = timer(inMilliseconds: max(due - now, 0)) { [self] in fire() }
        }
    }

    private func timer(
        inMilliseconds milliseconds: Int64,
        _ action: @escaping @Sendable () -> Void
    ) -> TimerToken {
        let delay = UInt64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        let uptime = host.world.clock.uptimeNanoseconds
        let due = uptime.addingReportingOverflow(delay.overflow ? .max : delay.partialValue)
        return host.world.scheduler.schedule(atUptime: due.overflow ? .max : due.partialValue, action)
    }

    private func fire() {
        let now = host.world.clock.nowMilliseconds
        state.withLock { $0.nextLook = nil }
        do {
            // Those that run are still in the index, so with a full look at least `batch` of them are new.
            let limit = Self.batch + state.withLock { $0.running.count }
            let due = try host.objects.alarms(dueBy: now, limit: limit)
            for alarm in due { run(alarm) }
            if due.count >= limit {
                look(at: now)
            } else if let next = try host.objects.earliestAlarm(after: now) {
                look(at: next)
            }
        } catch {
            host.log.error("Alarms cannot be read: \(error)")
            look(at: now + 1000)
        }
    }

    private func run(_ alarm: StoredAlarm) {
        let key = Key(classNumber: alarm.classNumber, id: alarm.id, name: alarm.name)
        let isNew = state.withLock { state in
            if let running = state.running[key] {
                // One that waits to be tried again gives way when it was set to another time meanwhile.
                guard running.due != alarm.due, let nextTry = running.nextTry else { return false }
                nextTry.cancel()
            }
            state.running[key] = Running(due: alarm.due)
            return true
        }
        if isNew { deliver(alarm, key) }
    }

    private func deliver(_ alarm: StoredAlarm, _ key: Key) {
        guard let objectClass = host.objectClass(number: alarm.classNumber) else {
            host.log.error("An alarm belongs to a class that is not registered; it stays stored.")
            return
        }
        let retries = state.withLock { state in
            state.running[key]?.nextTry = nil
            return state.running[key]?.retry.failures ?? 0
        }
        host.cells.cell(of: objectClass, alarm.id).submit(
            ClosureEvent<AlarmRun.Outcome>(
                { incarnation in
                    try await AlarmRun(name: Array(alarm.name.utf8), retryCount: retries).run(in: incarnation)
                },
                answer: { [self] result in finished(alarm, key, result) }
            )
        )
    }

    private func finished(_ alarm: StoredAlarm, _ key: Key, _ result: Result<AlarmRun.Outcome, any Error>) {
        let now = host.world.clock.nowMilliseconds
        switch result {
        case .success(.done):
            state.withLock { _ = $0.running.removeValue(forKey: key) }
            look(at: now)
        case .success(.failed(let error)), .failure(let error):
            host.log.error("The alarm of \(alarm.id) failed: \(error)")
            let random = host.world.random.unit()
            let goesOn = state.withLock { state in
                guard let delay = state.running[key]?.retry.failed(random: random) else { return false }
                state.running[key]?.nextTry = timer(inMilliseconds: delay) { [self] in deliver(alarm, key) }
                return true
            }
            if !goesOn { abandon(alarm, key) }
        }
    }

    /// Gives an alarm up: removes it from storage, unless it was set to another time meanwhile.
    private func abandon(_ alarm: StoredAlarm, _ key: Key) {
        guard let objectClass = host.objectClass(number: alarm.classNumber) else { return }
        host.cells.cell(of: objectClass, alarm.id).submit(
            ClosureEvent<Void>(
                { incarnation in
                    let name = Array(alarm.name.utf8)
                    guard try incarnation.storedAlarm(named: name) == alarm.due else { return }
                    try incarnation.write(RowKey(.alarm, name), nil, confirmed: true)
                },
                answer: { [self] _ in
                    state.withLock { _ = $0.running.removeValue(forKey: key) }
                    look(at: host.world.clock.nowMilliseconds)
                }
            )
        )
    }
}
