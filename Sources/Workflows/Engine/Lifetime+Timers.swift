internal import DurableActors

/// A lifetime's own timers: one of the scheduler's at a time, however many steps have timeouts.
extension Lifetime {
    /// Runs an action on the lifetime after so many milliseconds of elapsed time, unless it is retired first.
    func after(_ milliseconds: Int64, _ action: @escaping @Sendable (isolated Lifetime) -> Void) -> TimerToken {
        let (delay, overflow) = UInt64(max(milliseconds, 0)).multipliedReportingOverflow(by: 1_000_000)
        let (due, late) = clock.uptimeNanoseconds.addingReportingOverflow(delay)
        // Timers do not outlive the lifetime: those that are left go when it is retired. A weak reference would make each use
        // of the lifetime dearer.
        let token = timers.insert(due: overflow || late ? .max : due) { self.assumeIsolated { action($0) } }
        arm()
        return token
    }

    private var clock: any WorldClock { ctx.incarnation.cell.host.world.clock }

    /// How long the first look at the timers waits at most, in nanoseconds.
    ///
    /// Most lifetimes are over by then, and their timers, those of attempts, a long time off: the scheduler would keep the
    /// places of them all until then.
    private static var firstLook: UInt64 { 1_000_000_000 }

    private func arm() {
        timers.dropCancelled()
        guard let earliest = timers.earliest, earliest < armedFor else { return }
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
        while !isOver, let timer = timers.popDue(at: clock.uptimeNanoseconds) { timer.action() }
        arm()
    }
}
