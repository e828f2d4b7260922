internal import Locks
internal import struct Synchronization.Atomic

/// A timer that can be cancelled; cancelling one that has fired does nothing.
///
/// The token holds what the timer does, so that a cancelled one lets go of it at once and not when its time has come.
public final class TimerToken: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>
    private let cancelled = Atomic<Bool>(false)

    /// Makes a token for a scheduler to keep until the time comes.
    public init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

    /// Keeps the timer from firing, unless it is firing now, and lets go of what it would have done.
    public func cancel() {
        cancelled.store(true, ordering: .releasing)
        // Let go of outside the lock, since that may end objects which call back.
        withExtendedLifetime(takeAction()) {}
    }

    /// Whether `cancel` was called.
    public var isCancelled: Bool {
        cancelled.load(ordering: .acquiring)
    }

    /// Takes out what the timer does, for a scheduler to do it; nil when it was taken or cancelled.
    public func takeAction() -> (@Sendable () -> Void)? {
        action.withLock { action in
            defer { action = nil }
            return action
        }
    }
}
