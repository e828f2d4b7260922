internal import Locks

/// Fires alarms at their time, at least once, from the index on disk.
///
/// What it holds in memory is small: how far it has read the index, when to look again, and the alarms that have come
/// due and are not over (`AlarmBook`). The index is written in the same commit as the object's data, so an alarm that
/// was set is found after any crash; of very many that are due, those that need not begin yet stay there. Everything before the cursor has been seen and is in the book, or over; a commit
/// that sets an alarm to an earlier time moves the cursor back. The object compares the stored time again before its
/// handler runs, so seeing too much does no harm.
package final class AlarmScheduler: Sendable {
    /// How many due alarms one look takes.
    static let batch = 256
    /// How long due alarms are left in the index at most when a great many are under way, which may never end.
    static let paceMilliseconds: Int64 = 1000
    /// How long it waits at most before it looks at the wall clock again, which may have been set.
    static let longestWaitMilliseconds: Int64 = 3_600_000

    private struct State {
        var book = AlarmBook()
        /// Entries of the index before this key have been seen.
        var cursor: [UInt8] = []
        var nextLook: Int64?
        var timer: TimerToken?
        var started = false
        /// Whether due alarms are left in the index until some of those under way have ended.
        var isPacing = false
        /// Classes that have alarms which are due and are not registered.
        var unknownClasses: Set<ClassNumber> = []
        /// The shards whose alarms begin here, where others' are elsewhere.
        var armed: Set<ShardIndex> = []

        mutating func moveCursor(backTo key: [UInt8]) {
            if key.lexicographicallyPrecedes(cursor) { cursor = key }
        }
    }

    private let state = Mutex(State())
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// Begins firing; overdue alarms run at once.
    package func start() throws {
        state.withLock { $0.started = true }
        if let due = try host.objects.earliestAlarm() { look(from: due) }
    }

    package func stop() {
        state.withLock { state in
            state.started = false
            state.timer?.cancel()
            state.book = AlarmBook()
        }
    }

    /// Alarms of these shards begin here from now on, where this process has some of the objects only.
    package func arm(_ shards: [ShardIndex]) {
        state.withLock { $0.armed.formUnion(shards) }
        // Those that came due meanwhile were passed over.
        if !host.limits.faults.contains(.missedAlarms) { look(from: 0) }
    }

    /// No further alarm of a shard begins here; one that runs goes on to its end.
    package func disarm(_ shard: ShardIndex) { _ = state.withLock { $0.armed.remove(shard) } }

    private func isArmed(_ alarm: StoredAlarm, _ state: borrowing State) -> Bool {
        host.forwarder == nil || state.armed.contains(alarm.id.shard)
    }

    /// An alarm is on disk that is due at `due`.
    package func committed(due: Int64) { look(from: due) }

    /// A class was registered: its alarms may have been passed over.
    package func classRegistered(_ number: ClassNumber) {
        guard state.withLock({ $0.unknownClasses.remove(number) != nil }) else { return }
        look(from: 0)
    }

    /// The run of an object's alarm is the last one, if it fails.
    package func giveUp(_ classNumber: ClassNumber, _ id: DurableObjectId, name: String) {
        state.withLock { $0.book.giveUp(classNumber, id, name: name) }
    }

    /// Has the index read from `due` on, at that time or after a delay.
    private func look(from due: Int64, after delay: Int64 = 0) {
        let now = host.world.clock.nowMilliseconds
        state.withLock { state in
            state.moveCursor(backTo: AlarmTime.encode(due))
            look(at: max(due, now + delay), now, &state)
        }
    }

    private func look(at due: Int64, _ now: Int64, _ state: inout State) {
        guard state.started, due < state.nextLook ?? .max else { return }
        state.nextLook = due
        state.timer?.cancel()
        let wait = min(max(due - now, 0), Self.longestWaitMilliseconds)
        state.timer = timer(inMilliseconds: wait) { [self] in fire() }
    }

    private func timer(inMilliseconds delay: Int64, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        let uptime = host.world.clock.uptimeNanoseconds
        return host.world.scheduler.schedule(atUptime: uptime + UInt64(max(delay, 0)) * 1_000_000, action)
    }

    private func fire() {
        let now = host.world.clock.nowMilliseconds
        let start = state.withLock { state -> [UInt8]? in
            guard state.started else { return nil }
            state.nextLook = nil
            defer { state.cursor = AlarmTime.encode(now + 1) }
            return state.cursor
        }
        guard let start else { return }
        do {
            let page = try host.objects.alarms(from: start, dueBy: now, limit: Self.batch)
            for alarm in page.alarms { found(alarm) }
            state.withLock { state in
                if let rest = page.rest { state.moveCursor(backTo: rest) }
                guard let next = page.nextDue else { return }
                state.isPacing = next <= now && state.book.underWay >= host.limits.alarmsUnderWay
                look(at: state.isPacing ? now + Self.paceMilliseconds : next, now, &state)
            }
        } catch {
            host.log.error("Alarms cannot be read: \(error)")
            state.withLock { state in
                state.moveCursor(backTo: start)
                look(at: now + 1000, now, &state)
            }
        }
    }

    private func found(_ alarm: StoredAlarm) {
        guard state.withLock({ isArmed(alarm, $0) }) else { return }
        if host.objectClass(number: alarm.classNumber) == nil {
            guard state.withLock({ $0.unknownClasses.insert(alarm.classNumber).inserted }) else { return }
            host.log.error("Alarms of a class that is not registered are due; they stay stored.")
            // One that was registered since it was looked for has not seen the note.
            if host.objectClass(number: alarm.classNumber) == nil { return }
        }
        perform(state.withLock { $0.book.found(alarm) })
    }

    private func perform(_ steps: [AlarmBook.Step]) {
        for step in steps {
            switch step {
            case .deliver(let alarm, let retryCount): deliver(alarm, retryCount)
            case .wait(let alarm, let attempt, let milliseconds):
                _ = timer(inMilliseconds: milliseconds) { [self] in
                    perform(state.withLock { $0.book.retry(alarm, attempt: attempt) })
                }
            case .abandon(let alarm): abandon(alarm)
            }
        }
    }

    private func deliver(_ alarm: StoredAlarm, _ retryCount: Int) {
        let begins = state.withLock { state in
            let begins = isArmed(alarm, state)
            // Whoever serves the object finds it in the index.
            if !begins { state.book.forgetAll(ofTheObjectOf: alarm) }
            return begins
        }
        guard begins, let cell = cell(of: alarm) else { return }
        let run = AlarmRun(name: alarm.name, due: alarm.due, retryCount: retryCount)
        cell.submit(
            ClosureEvent<AlarmRun.Outcome>(
                { incarnation in try await run.run(in: incarnation) },
                answer: { [self] result in ended(alarm, result) }
            )
        )
    }

    private func ended(_ alarm: StoredAlarm, _ result: Result<AlarmRun.Outcome, any Error>) {
        let hasLeft = state.withLock { state in
            guard !isArmed(alarm, state) else { return false }
            state.book.forgetAll(ofTheObjectOf: alarm)
            return true
        }
        if hasLeft { return }
        let ending: AlarmBook.Ending
        var next: Int64?
        switch result {
        case .success(.over(let due)):
            ending = .over
            next = due
        case .success(.failed(let error)):
            host.log.error("The alarm of \(alarm.id) failed: \(error)")
            ending = .failed(isCounted: true, random: host.world.random.unit())
        case .failure(let error):
            host.log.error("The alarm of \(alarm.id) failed: \(error)")
            ending = .failed(isCounted: AlarmRun.counts(error), random: host.world.random.unit())
        }
        let now = host.world.clock.nowMilliseconds
        let steps = state.withLock { state in
            let steps = state.book.ended(alarm, ending)
            if state.isPacing, state.book.underWay < host.limits.alarmsUnderWay {
                state.isPacing = false
                look(at: now, now, &state)
            }
            return steps
        }
        perform(steps)
        // What it was set to during the run may have been seen then and taken for the run itself.
        if let next { look(from: next) }
    }

    /// Gives an alarm up: removes it from storage, unless it was set to another time meanwhile.
    ///
    /// The object is not started for that, since its constructor may be what fails.
    private func abandon(_ alarm: StoredAlarm) {
        guard let cell = cell(of: alarm) else { return }
        cell.removeAlarm(named: Array(alarm.name.utf8), due: alarm.due) { [self] failure in
            if let failure { host.log.error("The alarm of \(alarm.id) cannot be removed: \(failure)") }
            perform(state.withLock { $0.book.abandoned(alarm) })
            // One that is still there is fired again.
            look(from: alarm.due, after: failure == nil ? 0 : 1000)
        }
    }

    private func cell(of alarm: StoredAlarm) -> ObjectCell? {
        // A class stays registered for as long as the host lives.
        host.objectClass(number: alarm.classNumber).map { host.cells.cell(of: $0, alarm.id) }
    }
}
