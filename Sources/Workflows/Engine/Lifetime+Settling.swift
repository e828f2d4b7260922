internal import DurableActors

/// Settling: when every branch has waited for a moment, the slot is given back, the alarm is set to the first deadline,
/// and the object may leave memory. What ends a wait then takes a slot first, or waits for one.
extension Lifetime {
    /// Notes that code of the lifetime runs; a settled one becomes resident again, over the limit if need be.
    func noteActivity() {
        activity += 1
        guard isSettled else { return }
        residence.slot.force()
        becomeResident()
    }

    /// Does what ends a wait, at once or when a settled lifetime has a slot.
    func awake(_ work: @escaping @Sendable (isolated Lifetime) -> Void) {
        guard !isOver else { return }
        activity += 1
        guard isSettled else { return work(self) }
        heldForSlot.append(work)
        guard !isQueued else { return }
        let cell = ctx.incarnation.cell
        let isThere = residence.slot.take(isWoken: true, since: ctx.now) { [weak self] in
            cell.perform { [weak self] in self?.assumeIsolated { $0.becomeResident() } }
        }
        if isThere { return becomeResident() }
        isQueued = true
        ctx.incarnation.holds += 1
        // Silence is right: a refused write retires the lifetime, which its callers notice.
        try? transition {
            try journal.queue(isWoken: true)
            if !residence.hasHandler { try journal.wakeNow() }
        }
    }

    private func becomeResident() {
        guard !isOver, isSettled else { return }
        isSettled = false
        if isQueued { isQueued = false } else { ctx.incarnation.holds += 1 }
        // Silence is right: a refused write retires the lifetime, which its callers notice.
        try? transition {
            try journal.start()
            if !residence.hasHandler { try journal.wakeNow() }
        }
        let held = heldForSlot
        heldForSlot = []
        for work in held { work(self) }
        considerSettling()
    }

    /// Whether every branch waits.
    var isWaiting: Bool { attemptsRunning == 0 && outcomesOnTheirWay == 0 && parked > 0 }

    /// Whether the alarm's handler is to last.
    var isBusy: Bool { !isOver && (!isSettled || isQueued) }

    /// To be called whenever a branch may have been the last to begin to wait.
    func considerSettling() {
        guard isWaiting, !isSettled, !isSettling, !isOver else { return }
        isSettling = true
        let seen = activity
        _ = after(limits.settleMilliseconds) { $0.settle(ifUnchangedSince: seen) }
    }

    private func settle(ifUnchangedSince seen: UInt64) {
        isSettling = false
        guard isWaiting, !isSettled, !isOver, !isDraining, phase == .running else { return }
        guard activity == seen else { return considerSettling() }
        if let history, history.holdsNewcomers, let changed = history.firstUnvisited { return refuse(changed) }
        // Silence is right: a refused write retires the lifetime, which releases everything itself.
        guard (try? transition { try journal.park(isLimited: instance.timeout != nil) }) != nil else { return }
        isSettled = true
        sleepingRunner.take()?.wake()
        ctx.incarnation.holds -= 1
        residence.slot.giveBack()
        residence.leave()
    }

    /// The alarm's time has come: what is due ends.
    func takeAlarm() throws {
        guard !isOver else { return }
        residence.enter()
        let due = isPausing || isDraining ? [] : try transition { try journal.endDue { open[$0] != nil } }
        for (key, record) in due { ended(key, record) }
        awake { $0.considerSettling() }
    }

    // MARK: Pause

    /// Lets running attempts end and nothing else begin; at once when none runs.
    func requestPause() throws {
        guard attemptsRunning > 0 else { return try pauseNow() }
        try transition { try journal.requestPause() }
        isPausing = true
    }

    func cancelPause() throws {
        isPausing = false
        try transition { try journal.cancelPause() }
        let held = heldForPause
        heldForPause = []
        for work in held { work(self) }
    }

    /// Pauses and retires.
    func pauseNow() throws {
        try transition { try journal.pause() }
        retire()
    }

    /// Does what begins an attempt or ends a sleep, unless a pause or the host's end is coming; what a running step calls
    /// goes on.
    func unlessPausing(_ step: OpenStep, _ work: @escaping @Sendable (isolated Lifetime) -> Void) {
        if isHeld(step) { heldForPause.append(work) } else { work(self) }
    }

    /// Whether nothing of the step is to begin now.
    func isHeld(_ step: OpenStep) -> Bool { (isPausing || isDraining) && !step.isNested }
}
