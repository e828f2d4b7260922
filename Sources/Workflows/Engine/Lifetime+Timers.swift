internal import DurableActors

/// A lifetime's own timers: one of the scheduler's at a time, however many steps have timeouts.
extension Lifetime {
    /// Runs an action on the lifetime after so many milliseconds of elapsed time, unless it is retired first.
    func after(_ milliseconds: Int64, _ action: @escaping @Sendable (isolated Lifetime) -> Void) -> TimerToken {
        timers.dropCancelled()
        let due = uptime(in: milliseconds)
        // Timers do not outlive the lifetime: those that are left go when it is retired. A weak reference would make each use
        // of the lifetime dearer.
        let token = timers.insert(due: due) { self.assumeIsolated { action($0) } }
        arm(for: due)
        return token
    }

    /// Ends the attempt of a step that begins now when it has taken so many milliseconds.
    ///
    /// Nearly all end long before, so it is no timer of its own: the lifetime looks through the open steps.
    func limitAttempt(of step: OpenStep, to milliseconds: Int64) {
        step.attemptDue = uptime(in: milliseconds)
        arm(for: step.attemptDue)
    }

    private func uptime(in milliseconds: Int64) -> UInt64 {
        let (delay, overflow) = UInt64(max(milliseconds, 0)).multipliedReportingOverflow(by: 1_000_000)
        let (due, late) = clock.uptimeNanoseconds.addingReportingOverflow(delay)
        return overflow || late ? .max : due
    }

    private var clock: any WorldClock { ctx.incarnation.cell.host.world.clock }

    /// How long the first look at the timers waits at most, in nanoseconds.
    ///
    /// Most lifetimes are over by then, and their timers, those of attempts, a long time off: the scheduler would keep the
    /// places of them all until then.
    private static var firstLook: UInt64 { 1_000_000_000 }

    private func arm(for earliest: UInt64) {
        guard earliest < armedFor else { return }
        let due = hasLooked ? earliest : min(earliest, clock.uptimeNanoseconds + Self.firstLook)
        guard due < armedFor else { return }
        armedFor = due
        armed?.cancel()
        let cell = ctx.incarnation.cell
        armed = cell.host.world.scheduler.schedule(atUptime: due) {
            cell.perform { self.assumeIsolated { $0.fireTimers(armedFor: due) } }
        }
    }

    /// Forgets all timers.
    func dropTimers() {
        timers = TimerHeap()
        armed?.cancel()
    }

    private func fireTimers(armedFor due: UInt64) {
        guard !isOver else { return }
        hasLooked = true
        if due == armedFor { armedFor = .max }
        let now = clock.uptimeNanoseconds
        let late = open.values.filter { $0.attemptDue <= now }
        for step in late.sorted(by: { ($0.attemptDue, $0.record.start) < ($1.attemptDue, $1.record.start) }) {
            fireTimers(dueBefore: step.attemptDue)
            guard !isOver, step.attemptDue <= now, let timeout = step.record.config?.timeout else { continue }
            step.attemptDue = .max
            attemptEnded(
                step,
                step.record.attempts,
                .failed(.timedOut(after: timeout), isFinal: false),
                byItself: false
            )
        }
        fireTimers(dueBefore: now + 1)
        guard !isOver else { return }
        timers.dropCancelled()
        arm(for: min(timers.earliest ?? .max, open.values.lazy.map(\.attemptDue).min() ?? .max))
    }

    private func fireTimers(dueBefore end: UInt64) {
        while !isOver, let timer = timers.popDue(at: end - 1) { timer.action() }
    }
}
