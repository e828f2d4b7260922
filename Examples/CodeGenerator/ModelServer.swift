/// Where text comes from, piece by piece: a language model behind a network, or a script in a test.
protocol ModelServer: Sendable {
    /// Begins an answer.
    func complete(_ prompt: String) -> any ModelAnswer
}

/// An answer that is being written.
protocol ModelAnswer: Sendable {
    /// The next piece, waiting for it; nil at the end. Throws when the model fails or the answer was cancelled.
    func next() async throws -> String?
    /// Gives the answer up: whoever waits for a piece gets `CancellationError`.
    func cancel()
}

/// What a generator needs.
struct GeneratorEnv: Sendable {
    let model: any ModelServer
}
