internal import DurableActors

/// One attempt of a step as a task of its lifetime runs it.
struct Attempt: Sendable {
    let step: OpenStep
    let number: Int
    let scope: AttemptScope
    let context: WorkflowStepContext
    let body: AttemptBody
    /// Whether the closure waits until the record of the attempt is durable.
    let isCautious: Bool
}

/// A task of a lifetime that runs attempts, one after the other, and sleeps in between.
///
/// A task costs more to make than many a closure to run, so one that has become free is kept for the next attempt: at most
/// one a lifetime, and none that was cancelled.
///
/// Isolation: confined to the lifetime's executor; the task prefers the object's cell, so every job of it runs there.
@safe final class AttemptRunner: @unchecked Sendable {
    // Safe because all members are confined, as said above.
    private(set) var attempt: Attempt?
    var task: Task<Void, Never>?
    private var sleep: UnsafeContinuation<Void, Never>?

    init(_ attempt: Attempt) { self.attempt = attempt }

    /// Lets a sleeping runner go on: to its attempt, or without one to its end.
    func wake(with attempt: Attempt? = nil) {
        self.attempt = attempt
        // Safe because a continuation is taken once, so resumed once.
        let sleep = unsafe sleep.take()
        unsafe sleep?.resume()
    }

    /// Returns once the runner was woken.
    func rest() async {
        attempt = nil
        // Safe as above.
        unsafe await withUnsafeContinuation { unsafe sleep = $0 }
    }
}

extension Lifetime {
    /// Runs an attempt in the sleeping runner, or in a new one.
    func run(_ attempt: Attempt) {
        if let runner = sleepingRunner.take() {
            attempt.step.task = runner.task
            return runner.wake(with: attempt)
        }
        let runner = AttemptRunner(attempt)
        runner.task = spawn(in: nil) { await self.serve(runner) }
        attempt.step.task = runner.task
    }

    private nonisolated func serve(_ runner: AttemptRunner) async {
        while let attempt = runner.attempt {
            await AttemptScope.$current.withValue(attempt.scope) { await perform(attempt) }
            guard here({ $0.keep(runner) }) == true else { return }
            await runner.rest()
        }
    }

    /// Whether the runner is kept for the next attempt.
    private func keep(_ runner: AttemptRunner) -> Bool {
        guard !isOver, sleepingRunner == nil, !Task.isCancelled else { return false }
        sleepingRunner = runner
        return true
    }

    private nonisolated func perform(_ attempt: Attempt) async {
        if attempt.isCautious {
            // Silence is right: an object whose writes fail is reset, and the lifetime with it.
            guard (try? await ctx.storage.sync()) != nil, here({ $0.isRunning(attempt.step, attempt.number) }) == true
            else { return }
        }
        let result = await result(of: attempt)
        here { $0.attemptEnded(attempt.step, attempt.number, result) }
    }

    private nonisolated func result(of attempt: Attempt) async -> AttemptResult {
        let key = attempt.step.key
        do {
            switch try await attempt.body(attempt.context) {
            case .value(let bytes): return .value(bytes)
            case .stream(let stream): return .stream(try await drain(stream, into: key, attempt: attempt.number))
            }
        } catch {
            return AttemptResult(of: error, in: key.family.name)
        }
    }
}
