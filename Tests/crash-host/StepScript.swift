internal import Distributed
internal import DurableActors
internal import Glibc

/// Takes steps that write in every way there is, one after the other, going on where an earlier process has ended.
///
/// Prints `found N` when what is stored is what `N` steps leave, `told N` for each step that was answered, and `done`.
enum StepScript {
    /// Each way once, and then some over what is left of them.
    static let steps = StepKind.allCases.count + 3

    static func run(directory: String, killingAt point: KillingStore.Point, limits: HostLimits) async throws {
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: WorkerPool(workers: 2))
        let store = try KillingStore(directory: directory, killingAt: point)
        let runtime = try DurableObjectRuntime(world: world, store: store, limits: limits)
        runtime.core.committer.startThread()
        let steppers = try runtime.register(Stepper.self, binding: "STEPPER", uniqueKey: "stepper")
        try runtime.start(environment: Stepper.Env())
        let found = try await all(steppers)
        let step = found["step"] ?? 0
        guard isExpected(found, after: step) else { return say("wrong after step \(step): \(found)") }
        say("found \(step)")
        for next in (step + 1)..<(steps + 1) {
            try await take(next, steppers)
            say("told \(next)")
        }
        say("done")
    }

    /// What both objects have stored.
    private static func all(_ steppers: DurableObjectNamespace<Stepper>) async throws -> [String: Int] {
        var found = try await steppers.getByName("one").all()
        for (key, value) in try await steppers.getByName("two").all() { found["two \(key)"] = value }
        return found
    }

    private static func take(_ step: Int, _ steppers: DurableObjectNamespace<Stepper>) async throws {
        let one = steppers.getByName("one")
        switch StepKind(step) {
        case .message: try await SteppingSocket.ask(one, step)
        case .comeBack:
            try await one.leaveMemory()
            try await one.step(step)
        case .other:
            try await steppers.getByName("two").fill(step)
            try await one.step(step)
        case .removal:
            try await steppers.delete(steppers.idFromName("two"))
            try await one.step(step)
        default: try await one.step(step)
        }
    }

    /// What is stored after a number of steps.
    private static func state(after steps: Int) -> [String: Int] {
        (0..<steps).map { $0 + 1 }.reduce(into: [:]) { state, step in
            func clear(_ prefix: String) { state = state.filter { !$0.key.hasPrefix(prefix) } }
            switch StepKind(step) {
            case .put: state["value \(step)"] = step
            case .delete: state["value \(step - 1)"] = nil
            case .transaction: state["kept"] = step
            case .alarm: state["alarm"] = step
            case .alarmDeleted: state["alarm"] = nil
            case .row:
                state["row"] = step
                state["value of the row"] = step
            case .facet: state["child"] = step
            case .innerFacet: state["child inner"] = step
            case .clone:
                state["copy"] = state["child"]
                state["copy inner"] = state["child inner"]
            case .facetDeleted: clear("child")
            case .message: state["heard"] = step
            case .comeBack: state["back"] = step
            case .other:
                state["two value of the row"] = step
                state["two row"] = step
                state["two alarm"] = step
                state["two child"] = step
            case .removal: clear("two")
            case .everything: state = [:]
            }
            state["step"] = step
        }
    }

    /// Whether that is what so many steps leave, or those and a part of the next that is another object's.
    private static func isExpected(_ found: [String: Int], after step: Int) -> Bool {
        var (now, next) = (state(after: step), state(after: step + 1))
        if found == now { return true }
        switch StepKind(step + 1) {
        case .facet, .innerFacet, .removal:
            next["step"] = now["step"]
            return found == next
        case .other:
            // Its own turn, and then its facet's.
            next["step"] = now["step"]
            now = next
            now["two child"] = nil
            return found == next || found == now
        default: return false
        }
    }

    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}

/// The ways in which a step writes, in their order.
enum StepKind: Int, CaseIterable {
    case put, delete, transaction, alarm, alarmDeleted, row
    case facet, innerFacet, clone, facetDeleted
    case message, comeBack, other, removal, everything

    /// Steps count from 1.
    init(_ step: Int) { self = Self.allCases[(step - 1) % Self.allCases.count] }
}
