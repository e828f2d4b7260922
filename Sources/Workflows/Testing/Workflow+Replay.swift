internal import Distributed
internal import DurableActors

extension Workflow {
    /// Replays a stored history against the code of now, and tells of the first recorded step that it does not reach
    /// without a new one before; beyond the original.
    ///
    /// Steps that have ended return what is stored; nothing else is run, no closure of a step and no call to another
    /// object after the first step that is new. Without a difference it returns nil. The history is of any instance of
    /// this workflow, taken with `WorkflowInstance.history()`, perhaps on another machine.
    public func replay(_ history: WorkflowHistory) async throws -> WorkflowDifference? {
        let id = "#replay-\(workflow.namespace.host.world.random.uuid())"
        let engine = workflow.engine(id)
        let different: String?
        do {
            different = try await engine.check(history)
        } catch {
            try await engine.id.cell.delete()
            throw error
        }
        try await engine.id.cell.delete()
        return different.map { WorkflowDifference(step: $0) }
    }
}

/// Where code differs from a history.
public struct WorkflowDifference: Sendable, Hashable {
    /// The first recorded step that the code does not reach, as name and count.
    public let step: String
}

extension WorkflowEngine {
    /// Runs the code against a history and returns the first step of it that was not called.
    distributed func check(_ history: WorkflowHistory) async throws -> String? {
        try journal.take(history)
        let lifetime = Lifetime(ctx, definition, history.instance, residence)
        return try await lifetime.check()
    }
}

extension Lifetime {
    /// Replays `run` without running anything new.
    func check() async throws -> String? {
        phase = .registering
        let check = try HistoryCheck(journal)
        history = check
        let runner = definition.newest
        let instance = instance
        await withCheckedContinuation { continuation in
            _ = spawn(in: nil) { lifetime in
                // Silence is right: what the code does after the last recorded step is of no interest.
                _ = try? await runner.run(instance, WorkflowStep(lifetime: lifetime))
                continuation.resume()
            }
        }
        return check.firstUnvisited?.label
    }
}
