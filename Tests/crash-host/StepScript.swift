internal import Distributed
internal import DurableActors
internal import Glibc

/// Takes steps that write in every way there is, one after the other, going on where an earlier process has ended.
///
/// Prints `found N` when what is stored is what `N` steps leave, `told N` for each step that was answered, and `done`.
enum StepScript {
    static let steps = 24

    static func run(directory: String, killingAt point: KillingStore.Point, limits: HostLimits) async throws {
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: WorkerPool(workers: 2))
        let store = try KillingStore(directory: directory, killingAt: point)
        let runtime = try DurableObjectRuntime(world: world, store: store, limits: limits)
        runtime.core.committer.startThread()
        let steppers = try runtime.register(Stepper.self, binding: "STEPPER", uniqueKey: "stepper")
        try runtime.start(environment: Stepper.Env())
        let found = try await steppers.getByName("one").all()
        let step = found["step"] ?? 0
        guard found == state(after: step) else { return say("wrong after step \(step): \(found)") }
        say("found \(step)")
        for next in (step + 1)..<(steps + 1) {
            try await steppers.getByName("one").step(next)
            say("told \(next)")
        }
        say("done")
    }

    /// What is stored after a number of steps.
    static func state(after steps: Int) -> [String: Int] {
        (0..<steps).map { $0 + 1 }.reduce(into: [:]) { state, step in
            switch step % 6 {
            case 1: state["value \(step)"] = step
            case 2: state["value \(step - 1)"] = nil
            case 3: state["kept"] = step
            case 4: state["alarm"] = step
            case 5: state["alarm"] = nil
            default: state = [:]
            }
            state["step"] = step
        }
    }

    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}

private struct Undone: Error {}

/// Takes the steps.
distributed actor Stepper: AlarmHandler {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    func alarm(_ info: AlarmInfo) async throws {}

    distributed func step(_ step: Int) async throws {
        let storage = ctx.storage
        switch step % 6 {
        case 1: try await storage.put("value \(step)", step)
        case 2: try await storage.delete("value \(step - 1)")
        case 3:
            try await storage.transaction { txn in
                try await txn.put("kept", step)
                try await txn.put("step", step)
            }
            do {
                try await storage.transaction { txn in
                    try await txn.put("never", step)
                    throw Undone()
                }
            } catch is Undone {}
        // In a hundred years, by when nobody waits for it any more.
        case 4: try await storage.setAlarm(name: "\(step)", ctx.now + 3_155_760_000_000)
        case 5: try await storage.deleteAlarm(name: "\(step - 1)")
        default: try await storage.deleteAll()
        }
        try await storage.put("step", step)
    }

    /// All that is stored; of an alarm the step that set it, by its name.
    distributed func all() async throws -> [String: Int] {
        var found: [String: Int] = [:]
        for (key, value) in try await ctx.storage.list(as: Int.self) { found[key] = value }
        for alarm in try await ctx.storage.listAlarms() { found["alarm"] = Int(alarm.name) }
        return found
    }
}
