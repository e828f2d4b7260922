internal import DurableActors
internal import Locks

/// How many instances of a workflow run, and who is next: those that have run before, then new ones, the oldest first.
///
/// Callable from any thread. It is in memory alone: an instance that waits has an overdue alarm, and asks again after a
/// crash.
final class SlotTable: Sendable {
    private struct State {
        var free: Int
        var waiting = TimerHeap()
        var count = 0
    }

    private let state: Mutex<State>

    init(slots: Int) { state = Mutex(State(free: slots)) }

    /// How many wait.
    var waiting: Int { state.withLock { $0.count } }

    /// Takes a slot, or waits for one; `granted` is called once when it is there, from any thread.
    func take(isWoken: Bool, since: Int64, granted: @escaping @Sendable () -> Void) -> TimerToken? {
        state.withLock { state in
            if state.free > 0, state.count == 0 {
                state.free -= 1
                return nil
            }
            state.count += 1
            let order = UInt64(clamping: since)
            return state.waiting.insert(due: isWoken ? order : order | 1 << 62, action: granted)
        }
    }

    /// Takes a slot though there may be none.
    func force() { state.withLock { $0.free -= 1 } }

    /// No longer waits; one that was granted meanwhile has been taken all the same.
    func withdraw(_ place: TimerToken) {
        if place.takeAction() != nil { state.withLock { $0.count -= 1 } }
        giveNext()
    }

    func giveBack() {
        state.withLock { $0.free += 1 }
        giveNext()
    }

    private func giveNext() {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.free > 0, let next = state.waiting.popDue(at: .max) else { return nil }
            state.free -= 1
            state.count -= 1
            return next.action
        }
        next?()
    }
}

/// An instance's place in the table.
///
/// Callable from any thread: an object that leaves memory gives it back from wherever it is let go of.
final class Slot: Sendable {
    private enum Place {
        case none
        case asked(UInt64, TimerToken?)
        case held
    }

    private let table: SlotTable
    private let state = Mutex((place: Place.none, asked: UInt64(0)))

    init(_ table: SlotTable) { self.table = table }

    deinit { giveBack() }

    var isHeld: Bool {
        state.withLock { if case .held = $0.place { true } else { false } }
    }

    var isAsked: Bool {
        state.withLock { if case .asked = $0.place { true } else { false } }
    }

    /// Whether there is a slot; if not, `granted` is called when there is, unless the place is given back.
    func take(isWoken: Bool, since: Int64, granted: @escaping @Sendable () -> Void) -> Bool {
        let asked = state.withLock { state -> UInt64? in
            guard case .none = state.place else { return nil }
            state.asked += 1
            state.place = .asked(state.asked, nil)
            return state.asked
        }
        guard let asked else { return isHeld }
        let token = table.take(isWoken: isWoken, since: since) { [weak self, table] in
            if let self, accept(asked) { granted() } else { table.giveBack() }
        }
        guard let token else { return accept(asked) }
        let isStill = state.withLock { state in
            guard case .asked(asked, _) = state.place else { return false }
            state.place = .asked(asked, token)
            return true
        }
        if !isStill, !isHeld { table.withdraw(token) }
        return false
    }

    private func accept(_ asked: UInt64) -> Bool {
        state.withLock { state in
            guard case .asked(asked, _) = state.place else { return false }
            state.place = .held
            return true
        }
    }

    /// Takes a slot at once, over the limit if need be: for code that runs already.
    func force() {
        let place = state.withLock { state in
            defer { state.place = .held }
            return state.place
        }
        switch place {
        case .held: return
        case .none: table.force()
        case .asked(_, let token):
            table.force()
            if let token { table.withdraw(token) }
        }
    }

    func giveBack() {
        let place = state.withLock { state in
            defer { state.place = .none }
            return state.place
        }
        switch place {
        case .none: return
        case .held: table.giveBack()
        case .asked(_, let token): if let token { table.withdraw(token) }
        }
    }
}
