internal import DurableActors

/// One attempt of a step as a task of its lifetime runs it.
final class Attempt: AttemptScope, @unchecked Sendable {
    // Safe because its own members are immutable.
    let step: OpenStep
    let number: Int
    /// What is run instead of the step's own closure.
    private let planned: AttemptBody?
    /// Whether the closure waits until the record of the attempt is durable.
    let isCautious: Bool

    init(_ step: OpenStep, _ number: Int, planned: AttemptBody?, isCautious: Bool) {
        self.step = step
        self.number = number
        self.planned = planned
        self.isCautious = isCautious
    }

    /// What is run; without `??`, which would wrap it into another asynchronous function.
    var body: AttemptBody {
        if let planned { return planned }
        guard let call = step.call else { preconditionFailure("A step without a closure is tried.") }
        return call.body
    }
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

    /// To be resumed by whoever wakes the runner.
    @inline(__always)
    func rest(until sleep: UnsafeContinuation<Void, Never>) {
        attempt = nil
        unsafe self.sleep = sleep
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

    /// All in one function, since each asynchronous function on the way asks for its executor anew; concurrent, so that what
    /// it awaits need not be told where it is.
    @concurrent
    private nonisolated func serve(_ runner: AttemptRunner) async {
        while let attempt = runner.attempt {
            await AttemptScope.$current.withValue(attempt) {
                if attempt.isCautious, await !mayBegin(attempt) { return }
                do {
                    let output = try await attempt.body(context(of: attempt.step, attempt.number))
                    if !end(attempt, output) { await store(output, of: attempt) }
                } catch {
                    end(attempt, throwing: error)
                }
            }
            guard LifetimeTurn(of: self)?.keep(runner) == true else { return }
            // Safe because the runner resumes it once.
            unsafe await withUnsafeContinuation { unsafe runner.rest(until: $0) }
        }
    }

    // Apart, so that the above remains small enough to be one function, which counts no references to what these touch.

    /// Ends an attempt with a value; false where it has given a stream, which is to be stored first.
    @inline(never)
    private nonisolated func end(_ attempt: Attempt, _ output: AttemptOutput) -> Bool {
        guard case .value(let bytes) = output else { return false }
        LifetimeTurn(of: self)?.end(attempt, .value(bytes))
        return true
    }

    @inline(never)
    private nonisolated func end(_ attempt: Attempt, throwing error: any Error) {
        LifetimeTurn(of: self)?.end(attempt, AttemptResult(of: error, in: attempt.step.key.family.name))
    }

    @inline(never)
    @concurrent
    private nonisolated func store(_ output: AttemptOutput, of attempt: Attempt) async {
        guard case .stream(let stream) = output else { return }
        do {
            let record = try await drain(stream, into: attempt.step.key, attempt: attempt.number)
            LifetimeTurn(of: self)?.end(attempt, .stream(record))
        } catch {
            end(attempt, throwing: error)
        }
    }

    /// Waits for the record of a cautious attempt to be durable; false when the attempt is over by then.
    @inline(never)
    @concurrent
    private nonisolated func mayBegin(_ attempt: Attempt) async -> Bool {
        // Silence is right: an object whose writes fail is reset, and the lifetime with it.
        guard (try? await ctx.storage.sync()) != nil else { return false }
        return ctx.incarnation.cell.isCurrent && assumeIsolated { $0.isRunning(attempt.step, attempt.number) }
    }

    /// Whether the runner is kept for the next attempt.
    func keep(_ runner: AttemptRunner) -> Bool {
        guard !isOver, sleepingRunner == nil, !Task.isCancelled else { return false }
        sleepingRunner = runner
        return true
    }
}
