internal import DurableActors

/// A turn of a lifetime's object, in which a lifetime's functions may be called without stepping into its isolation.
///
/// Code of a workflow mostly runs in one, and so is spared two jobs a call. These are the functions that each step calls:
/// they are also spared the runtime's check, which costs more than most of them.
@safe struct LifetimeTurn {
    private let lifetime: Lifetime

    /// The turn that the caller is in; nil where it is in none of the lifetime's object.
    init?(of lifetime: Lifetime) {
        guard lifetime.ctx.incarnation.cell.isCurrent else { return nil }
        self.lifetime = lifetime
    }

    func begin(_ call: StepCall, isCancelled: Bool) throws -> OpenStep? {
        try Self.begin(lifetime, call, isCancelled)
    }

    func end(_ attempt: Attempt, _ result: AttemptResult) { Self.end(lifetime, attempt, result) }

    func keep(_ runner: AttemptRunner) -> Bool { Self.keep(lifetime, runner) }

    func goOn(after step: OpenStep) { Self.goOn(lifetime, step) }

    // Safe because isolation is no part of how a function without `await` is called, and a turn of the object is what the
    // lifetime's isolation stands for.
    private static let begin = unsafe unsafeBitCast(
        { try $0.beginAtOnce($1, isCancelled: $2) }
            as @Sendable (isolated Lifetime, StepCall, Bool) throws -> OpenStep?,
        to: (@Sendable (Lifetime, StepCall, Bool) throws -> OpenStep?).self
    )
    private static let end = unsafe unsafeBitCast(
        { $0.attemptEnded($1.step, $1.number, $2, byItself: true) }
            as @Sendable (isolated Lifetime, Attempt, AttemptResult) -> Void,
        to: (@Sendable (Lifetime, Attempt, AttemptResult) -> Void).self
    )
    private static let keep = unsafe unsafeBitCast(
        { $0.keep($1) } as @Sendable (isolated Lifetime, AttemptRunner) -> Bool,
        to: (@Sendable (Lifetime, AttemptRunner) -> Bool).self
    )
    private static let goOn = unsafe unsafeBitCast(
        { $0.goOn(after: $1) } as @Sendable (isolated Lifetime, OpenStep) -> Void,
        to: (@Sendable (Lifetime, OpenStep) -> Void).self
    )
}
