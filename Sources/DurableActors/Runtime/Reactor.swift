/// Where an idle worker waits: for sockets to become ready, for a time, or for a wake-up.
///
/// All workers wait on one reactor; each readiness event goes to one of them.
public protocol Reactor: Sendable {
    /// Waits until something is ready, `wake` is called or the time is over, and enqueues what became ready.
    ///
    /// Nil waits without limit, zero only looks. Callable from several threads at once.
    func wait(nanoseconds: UInt64?)

    /// Makes one waiting thread return; remembered if none is waiting.
    func wake()
}
