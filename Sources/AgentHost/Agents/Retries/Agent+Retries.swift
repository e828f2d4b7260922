internal import Distributed
internal import DurableActors

extension Agent {
    /// Tries something up to `maxAttempts` times, with waits that grow and are cut short by chance.
    ///
    /// `body` is told which try it is, from 1. Throws the last error; `shouldRetry`, told the error and the next try, may end
    /// it before. Other events of the agent may run during the waits.
    public func retry<Result: Sendable>(
        _ options: RetryOptions? = nil,
        shouldRetry: (any Error, _ nextAttempt: Int) -> Bool = { _, _ in true },
        _ body: (_ attempt: Int) async throws -> Result
    ) async throws -> Result {
        try await run(RetryPolicy(options, defaults: Self.options.retry), shouldRetry, body)
    }

    func run<Result: Sendable>(
        _ policy: RetryPolicy,
        _ shouldRetry: (any Error, Int) -> Bool = { _, _ in true },
        _ body: (Int) async throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body(attempt)
            } catch {
                if ctx.incarnation.death != nil || Double(attempt) >= policy.maxAttempts { throw error }
                if !shouldRetry(error, attempt + 1) { throw error }
                let delay = policy.delayMilliseconds(after: attempt, random: ctx.random.unit())
                try await ctx.sleep(milliseconds: delay)
                attempt += 1
            }
        }
    }
}
