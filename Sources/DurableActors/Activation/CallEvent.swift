internal import Distributed
internal import Synchronization

/// A method call through a stub.
@safe final class CallEvent<Output: Sendable>: ObjectEvent, @unchecked Sendable {
    private let target: String
    private let invocation: Invocation
    // Safe because `answered` lets exactly one thread take the continuation, which is then resumed once.
    private let continuation: UnsafeContinuation<Output, any Error>
    private let answered = Atomic<Bool>(false)
    /// What waits at the output gate: set on the cell before the event is handed to the gate, under whose lock it passes
    /// to the thread that lets it leave.
    private var outcome: Result<Output, any Error>?

    init(target: String, invocation: Invocation, _ continuation: UnsafeContinuation<Output, any Error>) {
        self.target = target
        self.invocation = invocation
        unsafe self.continuation = unsafe continuation
    }

    override func run(in incarnation: Incarnation) async {
        if let death = incarnation.death { return fail(death) }
        do {
            let output = try await execute(in: incarnation)
            send(.success(output), from: incarnation)
        } catch {
            send(.failure(error), from: incarnation)
        }
    }

    override func fail(_ error: any Error) { answer(.failure(error)) }

    override func leave(_ broken: DurableObjectError?) {
        let kept = outcome.take()
        if let broken {
            fail(broken)
        } else if let kept {
            answer(kept)
        }
    }

    private func execute(in incarnation: Incarnation) async throws -> Output {
        guard invocation.substitutions.isEmpty else {
            return try await TargetExecution.executeGenerally(
                on: incarnation.object, target: target, invocation: invocation, returning: Output.self)
        }
        return try await TargetExecution.execute(
            on: incarnation.actor, target: target, invocation: invocation, returning: Output.self)
    }

    private func send(_ outcome: Result<Output, any Error>, from incarnation: Incarnation) {
        if incarnation.cell.isOutputClear(of: incarnation) { return answer(outcome) }
        self.outcome = outcome
        incarnation.cell.passOutputGate(of: incarnation, .event(self))
    }

    private func answer(_ outcome: Result<Output, any Error>) {
        guard !answered.exchange(true, ordering: .acquiringAndReleasing) else { return }
        unsafe continuation.resume(with: outcome)
    }
}
