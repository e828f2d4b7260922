/// Whether the code still calls what the journal has: what is recorded and not called yet, and new steps held meanwhile.
///
/// Confined to its lifetime.
final class HistoryCheck {
    private var unvisited: [(key: StepKey, start: UInt64)]
    private var newcomers: [CheckedContinuation<Void, any Error>] = []

    init(_ journal: Journal) throws {
        unvisited = try journal.allSteps().filter { $0.record.isNested != true && $0.key.family.kind != .fact }
            .map { (key: $0.key, start: $0.record.start) }
    }

    /// The first step of the journal, in order of starts, that the code has not called.
    var firstUnvisited: StepKey? { unvisited.first?.key }

    var holdsNewcomers: Bool { !newcomers.isEmpty }

    func visit(_ key: StepKey) {
        unvisited.removeAll { $0.key == key }
        if unvisited.isEmpty { end(.success(())) }
    }

    /// Waits until all that is recorded has been called.
    func wait(isolation: isolated Lifetime) async throws {
        try await withCheckedThrowingContinuation { newcomers.append($0) }
    }

    func end(_ result: Result<Void, any Error>) {
        let held = newcomers
        newcomers = []
        for newcomer in held { newcomer.resume(with: result) }
    }
}

extension Lifetime {
    /// Where history may not change: holds a step that is new until the code has called all that is recorded.
    func admit(_ keys: [StepKey]) async throws {
        guard let history, AttemptScope.current == nil else { return }
        let new = try transition { try keys.filter { try journal.step($0) == nil } }
        for key in keys where !new.contains(key) { history.visit(key) }
        guard phase == .running, !new.isEmpty, history.firstUnvisited != nil else { return }
        parked += 1
        considerSettling()
        try await history.wait(isolation: self)
        parked -= 1
        noteActivity()
    }

    /// Pauses the instance, whose code no longer does what is recorded.
    func refuse(_ first: StepKey) {
        hold(because: .historyChanged(first.label))
    }
}
