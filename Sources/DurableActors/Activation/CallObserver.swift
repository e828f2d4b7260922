internal import Locks
internal import struct Synchronization.Atomic

/// Who is told of the figures of events, if anybody.
final class CallObserver: Sendable {
    private struct Observer {
        let threshold: UInt64
        let tell: @Sendable (CallFigures) -> Void
    }

    private let observer = Mutex<Observer?>(nil)
    private let isWanted = Atomic<Bool>(false)

    /// Tells of events that took at least `threshold` nanoseconds from now on; without a closure, of none.
    func observe(threshold: UInt64, _ tell: (@Sendable (CallFigures) -> Void)?) {
        observer.withLock { $0 = tell.map { Observer(threshold: threshold, tell: $0) } }
        isWanted.store(tell != nil, ordering: .releasing)
    }

    /// What times an event that arrives now; nil when nobody wants to know.
    @inline(__always)
    func timing(_ clock: @autoclosure () -> any WorldClock) -> EventTiming? {
        isWanted.load(ordering: .relaxed) ? EventTiming(clock()) : nil
    }

    func tell(_ figures: CallFigures) {
        guard let observer = observer.withLock({ $0 }), figures.totalNanoseconds >= observer.threshold else { return }
        observer.tell(figures)
    }
}
