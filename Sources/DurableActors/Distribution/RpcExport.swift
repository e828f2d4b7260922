internal import Locks

/// What handles refer to: a closure or an object, and the context that made it.
///
/// It is let go when the last handle is disposed. Made in an object, it belongs to that life of the object: calls are
/// events there; it keeps the object in memory, and dies with it.
final class RpcExport<Content: Sendable>: Sendable {
    private struct State {
        var handles = 1
        var content: Content?
        var onDisposed: RpcDisposer?
    }

    /// The life of the object it was made in; nil outside of all, and for what is on another node.
    let origin: Incarnation?
    private let state: Mutex<State>

    init(_ content: Content, madeIn origin: Incarnation?, onDisposed: RpcDisposer?) {
        self.origin = origin
        state = Mutex(State(content: content, onDisposed: onDisposed))
        guard let origin else { return }
        if origin.cell.isCurrent { origin.holds += 1 } else { origin.cell.perform { origin.holds += 1 } }
    }

    /// What the handles refer to; nil when all are disposed.
    var content: Content? { state.withLock { $0.content } }

    /// One more handle; false when there is none left to make it from.
    func retain() -> Bool {
        state.withLock { state in
            guard state.handles > 0 else { return false }
            state.handles += 1
            return true
        }
    }

    /// One handle less; with the last the content goes, and whoever wants to know is told in the context that made it.
    func release() {
        let last = state.withLock { state -> (Content?, RpcDisposer?)? in
            state.handles -= 1
            guard state.handles == 0 else { return nil }
            return (state.content.take(), state.onDisposed.take())
        }
        guard let (_, disposer) = last else { return }
        guard let origin else {
            if let disposer { Task.immediate { await disposer() } }
            return
        }
        if let disposer {
            let event = ClosureEvent<Void>(
                named: "disposer",
                { _ in await disposer() },
                answer: { [log = origin.cell.host.log] outcome in
                    if case .failure(let error) = outcome { log.error("A disposer did not run: \(error)") }
                }
            )
            origin.cell.submit(event, to: origin, in: nil)
        }
        origin.cell.perform {
            origin.holds -= 1
            if origin.death == nil { origin.cell.host.evictor.becameIdle(origin) }
        }
    }
}

/// What runs once when the last handle is gone.
typealias RpcDisposer = @Sendable () async -> Void

extension ObjectCell {
    /// Delivers an event to one life of the object, as part of a critical section; fails it when that life is over.
    ///
    /// Callable from any thread. The bound on waiting events does not refuse it, since the object may be waiting for it.
    func submit(_ event: ObjectEvent, to incarnation: Incarnation, in section: CriticalSection?) {
        if let timing = host.observer.timing(host.world.clock) { event.timed = (timing, self) }
        let wake = entrance.withLock { entrance -> Bool? in
            guard entrance.incarnation === incarnation else { return nil }
            entrance.queuedEvents += 1
            guard entrance.gate.admit(.event(event), in: section) else { return false }
            entrance.work.append(.event(event))
            return entrance.schedule()
        }
        switch wake {
        case true?: host.world.scheduler.enqueue(self)
        case false?: break
        // The cause of its death is written on the cell, in the turn that ends it.
        case nil: perform { event.fail(incarnation.death ?? RpcHandleError.disconnected) }
        }
    }
}

/// The errors of handles.
enum RpcHandleError {
    static let disposed = DurableObjectError(.invalidArgument, "RPC stub used after being disposed.")
    static let disconnected = DurableObjectError(.disconnected, "Network connection lost.", retryable: true)
}
