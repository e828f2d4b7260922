internal import Distributed
internal import DurableActors
internal import Workflows

/// Counts how often each step's closure has run, outside the workflow that runs it.
distributed actor Recorder: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func ran(_ step: String) async throws -> Int {
        let count = (try await ctx.storage.get(step, as: Int.self) ?? 0) + 1
        try await ctx.storage.put(step, count)
        return count
    }

    distributed func counts() async throws -> [String: Int] {
        let rows = try await ctx.storage.list(as: Int.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.value) })
    }
}

/// Three steps, each of which returns how often it had run by then.
///
/// A step that ran again after it had completed shows as a count above the one that the workflow returned.
struct TallyWorkflow: WorkflowEntrypoint {
    typealias Params = [String: Int]
    typealias Output = [String: Int]

    let ctx: WorkflowContext
    let env: DurableObjectNamespace<Recorder>

    init(ctx: WorkflowContext, env: DurableObjectNamespace<Recorder>) {
        self.ctx = ctx
        self.env = env
    }

    func run(_ event: WorkflowEvent<Params>, _ step: WorkflowStep) async throws -> Output {
        let recorder = env.getByName(event.instanceId)
        var result: Output = [:]
        for name in ["first", "second", "third"] {
            result[name] = try await step.do(name) { _ in try await recorder.ran(name) }
        }
        return result
    }
}
