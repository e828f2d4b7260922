internal import Locks
internal import struct Synchronization.Atomic

/// What a test has laid down for an instance: results, errors, timeouts, events; in memory alone.
struct WorkflowPlan: Sendable {
    /// How a step is named in a plan.
    struct Target: Hashable, Sendable {
        let name: String
        /// Which of that name; nil for all.
        let index: Int?

        func fits(_ key: StepKey) -> Bool { key.family.name == name && index ?? key.count == key.count }
    }

    var sleeps: [Target]? = []
    var delays: [Target]? = []
    var results: [Target: @Sendable () -> AttemptOutput] = [:]
    var errors: [Target: (error: WorkflowError, times: Int?)] = [:]
    var timeouts: [Target: Int?] = [:]
    var waitTimeouts: [Target] = []
    var events: [(type: String, payload: [UInt8])] = []
}

/// What a plan says of a wait.
enum PlannedWait: Sendable {
    case event([UInt8])
    case timesOut
}

/// The plans of a workflow's instances, by id; that of all is for those without one.
final class PlanTable: Sendable {
    private struct State {
        var plans: [String: WorkflowPlan] = [:]
        var general: WorkflowPlan?
        /// The instances created since a test began to watch all; nil where none does.
        var noted: [String]?
    }

    private let state = Mutex(State())
    /// Whether there ever was a plan, which every step asks: the lock would pass from core to core for that.
    private let isUsed = Atomic<Bool>(false)

    func change(_ id: String?, _ body: (inout WorkflowPlan) throws -> Void) rethrows {
        try state.withLock { state in
            isUsed.store(true, ordering: .releasing)
            var plan = id.flatMap { state.plans[$0] } ?? state.general ?? WorkflowPlan()
            try body(&plan)
            if let id { state.plans[id] = plan } else { state.general = plan }
        }
    }

    func forget(_ id: String) { state.withLock { $0.plans[id] = nil } }

    func beginNoting() { state.withLock { $0.noted = [] } }

    func note(_ id: String) { state.withLock { $0.noted?.append(id) } }

    var noted: [String] { state.withLock { $0.noted ?? [] } }

    func endNoting() { state.withLock { ($0.noted, $0.general) = (nil, nil) } }

    private func plan(of id: String) -> WorkflowPlan? {
        guard isUsed.load(ordering: .acquiring) else { return nil }
        return state.withLock { $0.plans[id] ?? $0.general }
    }

    func skipsSleep(of id: String, _ key: StepKey) -> Bool {
        plan(of: id).map { $0.sleeps?.contains { $0.fits(key) } ?? true } ?? false
    }

    func skipsRetryDelay(of id: String, _ key: StepKey) -> Bool {
        plan(of: id).map { $0.delays?.contains { $0.fits(key) } ?? true } ?? false
    }

    /// What an attempt does instead of its closure.
    func attempt(of id: String, _ key: StepKey, _ number: Int, _ config: FrozenConfig) -> AttemptBody? {
        guard let plan = plan(of: id) else { return nil }
        if let (_, times) = plan.timeouts.first(where: { $0.key.fits(key) }), number <= times ?? .max {
            return { _ in throw WorkflowError.timedOut(after: config.timeout) }
        }
        if let (_, planned) = plan.errors.first(where: { $0.key.fits(key) }), number <= planned.times ?? .max {
            return { _ in throw planned.error }
        }
        guard let (_, make) = plan.results.first(where: { $0.key.fits(key) }) else { return nil }
        return { _ in make() }
    }

    func wait(of id: String, _ key: StepKey, _ type: String) -> PlannedWait? {
        guard let plan = plan(of: id) else { return nil }
        if plan.waitTimeouts.contains(where: { $0.fits(key) }) { return .timesOut }
        return plan.events.first { $0.type == type }.map { .event($0.payload) }
    }
}
