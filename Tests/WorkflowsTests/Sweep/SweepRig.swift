import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// A host that runs one workflow of the corpus, and the checks of what comes of it.
struct SweepRig {
    struct Bindings: Sendable {
        let workflow: Workflow<Scripted>
    }

    let subject: SweepCase
    let effects = Effects()
    let host: SimulatedHost<Bindings>

    init(
        _ subject: SweepCase,
        seed: UInt64,
        store: MemoryStore = MemoryStore(),
        limits: WorkflowLimits = WorkflowLimits(),
        hostLimits: HostLimits = HostLimits()
    ) throws {
        self.subject = subject
        let effects = effects
        host = try SimulatedHost(seed: seed, store: store, limits: hostLimits) { runtime in
            let witness = try runtime.register(
                Witness.self,
                binding: "WITNESS",
                uniqueKey: "witness",
                environment: effects
            )
            let child = try runtime.registerWorkflow(
                SweepChild.self,
                binding: "CHILD",
                name: "child",
                limits: limits,
                env: witness
            )
            let outside = Outside(witness: witness, child: child)
            let workflow = try runtime.registerWorkflow(
                Scripted.self,
                binding: "CASE",
                name: "case",
                limits: limits,
                env: Scripted.Env(effects: effects) { _, step, _ in try await subject.script(step, outside) }
            )
            try runtime.start(environment: NoValue())
            return Bindings(workflow: workflow)
        }
    }

    func control<Result: Sendable>(
        _ body: @escaping @Sendable (WorkflowInstance) async throws -> Result
    ) throws -> Result {
        let workflow = host.bindings.workflow
        return try host.run("control", advancesTime: false) { try await body(try await workflow.get("a")) }
    }

    func create() throws {
        let workflow = host.bindings.workflow
        try host.run("create", advancesTime: false) { _ = try await workflow.create(id: "a", params: nil) }
    }

    func send(_ event: JSONValue) throws { try control { try await $0.sendEvent(type: "t", payload: event) } }

    func status() throws -> InstanceStatus.Status { try control { try await $0.status().status } }

    /// What is wrong with how the instance ended; empty when all is as the model says.
    func violations(crashes: Int, isDelayed: Bool, seesAll: Bool = true) throws -> [String] {
        var found: [String] = []
        let report = try control { try await $0.status() }
        guard report.status.isFinite else { return ["it is still \(report.status)"] }
        let isFailed = subject.output == nil
        if report.status != (isFailed ? .errored : .complete) { found.append("it is \(report.status)") }
        if report.output != subject.output { found.append("it returned \(report.output ?? nil)") }
        if isFailed, report.rollback != .init(outcome: .complete, error: nil) { found.append("it was not rolled back") }
        found += effectViolations(crashes: crashes, seesAll: seesAll)
        return found + (try logViolations(isDelayed: isDelayed))
    }

    /// Each attempt is made once, and no more of them than failures and crashes account for.
    private func effectViolations(crashes: Int, seesAll: Bool) -> [String] {
        var found: [String] = []
        var seen: [Substring: Int] = [:]
        var undone: [String] = []
        for effect in effects.all {
            let parts = effect.split(separator: "#")
            guard parts.count == 2, let attempt = Int(parts[1]) else { continue }
            if effect.hasPrefix("undo ") {
                let step = String(parts[0].dropFirst(5))
                if undone.last != step { undone.append(step) }
                continue
            }
            if attempt <= seen[parts[0], default: 0] { found.append("\(effect) after #\(seen[parts[0], default: 0])") }
            if attempt > 1 + subject.failures + crashes { found.append("\(effect) after \(crashes) crashes") }
            seen[parts[0]] = attempt
        }
        let expected = seesAll ? subject.undone : subject.undone.suffix(undone.count)
        if undone != Array(expected) { found.append("it undid \(undone)") }
        return found
    }

    private func logViolations(isDelayed: Bool) throws -> [String] {
        var found: [String] = []
        let log = try control { instance in
            var log: [WorkflowInstanceEvent] = []
            for try await event in instance.subscribe() { log.append(event) }
            return log
        }
        var began: [JSONValue: WorkflowInstanceEvent] = [:]
        var once: Set<String> = []
        for event in log {
            let step = event.details["stepName"] ?? nil
            if [.stepStarted, .stepCompleted, .sleepStarted, .sleepCompleted, .waitCompleted, .workflowStarted]
                .contains(event.name) || event.name.isTerminal
            {
                if !once.insert("\(event.name) \(step)").inserted {
                    found.append("\(event.name) of \(step) is there twice")
                }
            }
            if event.name == .sleepStarted { began[step] = event }
            guard event.name == .sleepCompleted, let start = began[step] else { continue }
            let slept = event.timestamp - start.timestamp
            guard case .integer(let length) = start.details["durationMs"] ?? nil else { continue }
            if slept < length || (!isDelayed && slept > length) { found.append("\(step) slept \(slept) of \(length)") }
        }
        if zip(log, log.dropFirst()).contains(where: { $0.eventId >= $1.eventId }) {
            found.append("the log is unordered")
        }
        return found
    }
}
