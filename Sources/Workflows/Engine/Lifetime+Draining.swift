internal import DurableActors

/// The orderly end of a host: attempts that run may end, and what still runs then is spent without counting as a crash.
extension Lifetime {
    /// Whether nothing new is to begin.
    var isDraining: Bool { definition.directory.isDraining }

    /// Waits until no attempt runs, so many milliseconds at most, and ends those that still do.
    func drain(within milliseconds: Int64) async throws {
        guard attemptsRunning > 0, !isOver else { return }
        let timer = after(milliseconds) { $0.endDraining() }
        await withCheckedContinuation { drains.append($0) }
        timer.cancel()
        try cut()
    }

    func endDraining() {
        let ended = drains
        drains = []
        for drain in ended { drain.resume() }
    }

    /// Ends the attempts that run and retires; the alarm sees to it that the instance goes on in the next process.
    private func cut() throws {
        let running = open.values.filter(\.record.isInAttempt)
        guard !running.isEmpty, !isOver else { return }
        try transition {
            for step in running { try journal.spendAttempt(step) }
            try journal.wakeNow()
        }
        retire()
    }
}
