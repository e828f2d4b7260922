internal import DurableActors

/// Steps that begin together: all of them, or the first to end.
extension Lifetime {
    /// Runs steps whose identities are taken in the order of the list before any begins; returns when all have ended.
    func callAll(_ calls: [StepCall]) async throws -> [(key: StepKey, record: StepRecord)] {
        try await enter()
        let prepared = try calls.map { try prepare($0) }
        try await admit(prepared.map(\.key))
        var results: [(key: StepKey, record: StepRecord)] = []
        for step in try beginAll(prepared) {
            results.append((key: step.key, record: try await ending(of: step)))
        }
        let failed = results.filter { $0.record.state == .failed }.min { $0.record.end ?? 0 < $1.record.end ?? 0 }
        if let failed { throw failed.record.error ?? .internalFailure }
        return results
    }

    /// Begins each; in the registration phase all register before the first suspends.
    private func beginAll(_ prepared: [PreparedCall]) throws -> [OpenStep] {
        let isNested = AttemptScope.current != nil
        var suspended: (any Error)?
        var started: [OpenStep] = []
        for call in prepared {
            do {
                let step = try begin(call, isNested: isNested)
                step.isReserved = true
                started.append(step)
            } catch {
                suspended = error
            }
        }
        if let suspended { throw suspended }
        return started
    }

    private func ending(of step: OpenStep) async throws -> StepRecord {
        do {
            try await end(of: step)
        } catch is WorkflowError where step.ending == .recorded {}
        return step.record
    }

    /// Runs steps and records which of them ended first; the others go on and are stored.
    func race(_ name: String, _ calls: [StepCall]) async throws -> (index: Int, key: StepKey, record: StepRecord) {
        let race = try await raceRecord(name, calls)
        guard let key = StepKey(text: race.step[...]), let record = try transition({ try journal.step(key) }) else {
            throw WorkflowError.corruptOutput(name)
        }
        return (race.index, key, record)
    }

    private func raceRecord(_ name: String, _ calls: [StepCall]) async throws -> RaceRecord {
        try await enter()
        let config = try countAndCheck(name, StepConfig())
        let key = take(.call, name)
        try await admit([key])
        if let known = try transition({ try journal.step(key) }), let value = known.value {
            return try ValueCodec.decode(RaceRecord.self, from: value)
        }
        let prepared = try calls.map { try prepare($0) }
        try await admit(prepared.map(\.key))
        let started = try beginAll(prepared)
        let race = Race()
        for (index, step) in started.enumerated() where step.ending == .recorded {
            race.note(index, step.key, step.record)
        }
        if race.winner == nil {
            for (index, step) in started.enumerated() {
                _ = spawn(in: AttemptScope.current) { lifetime in
                    // Silence is right: a branch that is suspended has no outcome.
                    let record = try? await lifetime.ending(of: step)
                    race.note(index, step.key, record)
                    race.end()
                }
            }
            try await race.wait(isolation: self)
        }
        guard !isOver, let winner = race.winner else { throw WorkflowSuspension() }
        try transition { try journal.recordRace(key, config, winner) }
        return winner
    }
}

/// Which branch of a race has won, and how it ended.
struct RaceRecord: Codable, Sendable {
    let index: Int
    /// The winner's step, whose value is its own.
    let step: String
}

/// A race under way; confined to its lifetime.
final class Race: @unchecked Sendable {
    // Safe because it is used on the lifetime's executor alone.
    private(set) var winner: RaceRecord?
    private var earliest = UInt64.max
    private var waiter: CheckedContinuation<Void, Never>?
    private var hasEnded = false

    func note(_ index: Int, _ key: StepKey, _ record: StepRecord?) {
        guard !hasEnded, let end = record?.end, end < earliest else { return }
        earliest = end
        winner = RaceRecord(index: index, step: key.text)
    }

    func end() {
        hasEnded = true
        waiter?.resume()
        waiter = nil
    }

    func wait(isolation: isolated Lifetime) async throws {
        if !hasEnded { await withCheckedContinuation { waiter = $0 } }
    }
}
