internal import Locks

/// An event made of a closure: requests, alarms, sockets and what tests run inside an object.
package final class ClosureEvent<Output: Sendable>: ObjectEvent, @unchecked Sendable {
    // Safe because `answer` is taken from under the lock by the first who answers.
    private let answer: Mutex<(@Sendable (Result<Output, any Error>) -> Void)?>
    private let work: @Sendable (Incarnation) async throws -> Output
    private let name: String

    override var call: String { name }

    package init(
        named name: String = "event",
        _ work: @escaping @Sendable (Incarnation) async throws -> Output,
        answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) {
        self.name = name
        self.work = work
        self.answer = Mutex(answer)
    }

    override func run(in incarnation: Incarnation) async {
        if let death = incarnation.death { return fail(death) }
        let outcome: Result<Output, any Error>
        do {
            outcome = .success(try await work(incarnation))
        } catch {
            outcome = .failure(error)
        }
        timed?.timing.markEnded()
        incarnation.cell.passOutputGate(of: incarnation) { [self] broken in
            finish(broken.map { .failure($0) } ?? outcome)
        }
    }

    override func fail(_ error: any Error) { finish(.failure(error)) }

    private func finish(_ outcome: Result<Output, any Error>) {
        let answer = answer.withLock { answer in
            defer { answer = nil }
            return answer
        }
        guard let answer else { return }
        if timed != nil {
            if case .failure = outcome { tellFigures(hasFailed: true) } else { tellFigures(hasFailed: false) }
        }
        answer(outcome)
    }
}
