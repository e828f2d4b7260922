internal import Distributed
internal import Synchronization

/// A method call through a stub.
@safe final class CallEvent<Output: Sendable>: ObjectEvent, @unchecked Sendable {
    private let target: String
    private let invocation: Invocation
    // Safe because `answered` lets exactly one thread take the continuation, which is then resumed once.
    private let continuation: UnsafeContinuation<Output, any Error>
    private let answered = Atomic<Bool>(false)
    var links = InFlightLinks()

    init(target: String, invocation: Invocation, _ continuation: UnsafeContinuation<Output, any Error>) {
        self.target = target
        self.invocation = invocation
        unsafe self.continuation = unsafe continuation
    }

    func run(in incarnation: Incarnation) async {
        let outcome: Result<Output, any Error>
        do {
            outcome = .success(try await execute(on: incarnation.object))
        } catch {
            outcome = .failure(error)
        }
        incarnation.cell.passOutputGate(of: incarnation) { [self] broken in
            if let broken { fail(broken) } else { answer(outcome) }
        }
    }

    func fail(_ error: any Error) { answer(.failure(error)) }

    private func execute(on object: any DurableObject) async throws -> Output {
        guard !invocation.isGeneral else {
            return try await TargetExecution.executeGenerally(
                on: object, target: target, invocation: invocation, returning: Output.self)
        }
        return try await TargetExecution.execute(
            on: object, target: target, invocation: invocation, returning: Output.self)
    }

    private func answer(_ outcome: Result<Output, any Error>) {
        guard answered.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        unsafe continuation.resume(with: outcome)
    }
}

/// An event made of a closure: requests, alarms, sockets and what tests run inside an object.
package final class ClosureEvent<Output: Sendable>: ObjectEvent, @unchecked Sendable {
    // Safe because `answer` is taken from under the lock by the first who answers.
    private let answer: Mutex<(@Sendable (Result<Output, any Error>) -> Void)?>
    package var links = InFlightLinks()
    private let work: @Sendable (Incarnation) async throws -> Output

    package init(
        _ work: @escaping @Sendable (Incarnation) async throws -> Output,
        answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) {
        self.work = work
        self.answer = Mutex(answer)
    }

    package func run(in incarnation: Incarnation) async {
        let outcome: Result<Output, any Error>
        do {
            outcome = .success(try await work(incarnation))
        } catch {
            outcome = .failure(error)
        }
        incarnation.cell.passOutputGate(of: incarnation) { [self] broken in
            finish(broken.map { .failure($0) } ?? outcome)
        }
    }

    package func fail(_ error: any Error) { finish(.failure(error)) }

    private func finish(_ outcome: Result<Output, any Error>) {
        let answer = answer.withLock { answer in
            defer { answer = nil }
            return answer
        }
        answer?(outcome)
    }
}
