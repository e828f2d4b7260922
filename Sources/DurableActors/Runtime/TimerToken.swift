internal import Synchronization

/// A timer that can be cancelled; cancelling one that has fired does nothing.
public final class TimerToken: Sendable {
    private let cancelled = Atomic<Bool>(false)

    /// Makes a token for a scheduler to check when the time comes.
    public init() {}

    /// Keeps the timer from firing, unless it is firing now.
    public func cancel() {
        cancelled.store(true, ordering: .releasing)
    }

    /// Whether `cancel` was called.
    public var isCancelled: Bool {
        cancelled.load(ordering: .acquiring)
    }
}
