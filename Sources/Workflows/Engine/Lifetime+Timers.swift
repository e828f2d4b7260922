internal import DurableActors

/// A lifetime's own timers: one of the scheduler's at a time, however many steps have timeouts.
extension Lifetime {
    /// Runs an action on the lifetime after so many milliseconds of elapsed time, unless it is retired first.
    func after(_ milliseconds: Int64, _ action: @escaping @Sendable (isolated Lifetime) -> Void) -> TimerToken {
        let (delay, overflow) = UInt64(max(milliseconds, 0)).multipliedReportingOverflow(by: 1_000_000)
        let (due, late) = clock.uptimeNanoseconds.addingReportingOverflow(delay)
        let token = timers.insert(due: overflow || late ? .max : due) { [weak self] in
            self?.assumeIsolated { action($0) }
        }
        arm()
        return token
    }

    private var clock: any WorldClock { ctx.incarnation.cell.host.world.clock }

    private func arm() {
        timers.dropCancelled()
        guard let due = timers.earliest, due < armedFor else { return }
        armedFor = due
        let cell = ctx.incarnation.cell
        _ = cell.host.world.scheduler.schedule(atUptime: due) { [weak self, weak cell] in
            cell?.perform { [weak self] in self?.assumeIsolated { $0.fireTimers(armedFor: due) } }
        }
    }

    private func fireTimers(armedFor due: UInt64) {
        if due == armedFor { armedFor = .max }
        while !isOver, let timer = timers.popDue(at: clock.uptimeNanoseconds) { timer.action() }
        arm()
    }
}
