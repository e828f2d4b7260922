internal import Locks
internal import struct Synchronization.Atomic

/// Brings the objects of one shard to rest, as often as it is asked: out of memory, with all they wrote durable.
///
/// What it is: a look at each object on its own cell, and another whenever the object says that it may have become idle; so
/// nothing is polled. An object that begins anew behind the look is not seen: who asks for a pass sees to that.
package final class ShardRest: Sendable {
    private struct State {
        var isOver = false
        /// Why objects are reset that are not at rest by now.
        var reason: DurableObjectError?
        /// Those that are not at rest, while a pass goes on.
        var busy: [ObjectIdentifier: ObjectCell] = [:]
        var done: (@Sendable () -> Void)?
    }

    private let host: HostCore
    private let shard: ShardIndex
    private let state = Mutex(State())

    package init(of shard: ShardIndex, in host: HostCore) {
        (self.shard, self.host) = (shard, host)
    }

    /// The objects that are in memory or were not long ago, with their facets.
    package var cells: [ObjectCell] { host.cells.all().filter { $0.id.shard == shard } }

    /// Calls back once all objects that there are now have come to rest; never when that is called off.
    ///
    /// One pass at a time.
    package func pass(_ done: @escaping @Sendable () -> Void) {
        let cells = cells
        let isEmpty = state.withLock { state in
            state.busy = Dictionary(cells.map { (ObjectIdentifier($0), $0) }, uniquingKeysWith: { first, _ in first })
            state.done = done
            return cells.isEmpty
        }
        if isEmpty { finish() }
        for cell in cells { cell.perform { [self] in look(at: cell) } }
    }

    /// Waits for nothing any more: objects that are not at rest are reset for this reason.
    package func force(_ reason: DurableObjectError) {
        let busy = state.withLock { state in
            state.reason = reason
            return Array(state.busy.values)
        }
        for cell in busy { cell.perform { [self] in look(at: cell) } }
    }

    /// Leaves the objects alone from now on.
    package func callOff() {
        state.withLock { state in
            state.isOver = true
            (state.busy, state.done) = ([:], nil)
        }
    }

    private func look(at cell: ObjectCell) {
        let (isBusy, reason) = state.withLock { state in
            (!state.isOver && state.busy[ObjectIdentifier(cell)] != nil, state.reason)
        }
        guard isBusy else { return }
        let isAtRest = cell.comeToRest(because: reason) { [self] in cell.perform { [self] in look(at: cell) } }
        // A batch that fails takes what waits for it with it: nothing is left to become durable.
        if isAtRest { cell.whenDurable(cell.lastSealed) { [self] _ in cameToRest(cell) } }
    }

    private func cameToRest(_ cell: ObjectCell) {
        let isLast = state.withLock { state in
            state.busy.removeValue(forKey: ObjectIdentifier(cell)) != nil && state.busy.isEmpty
        }
        if isLast { finish() }
    }

    /// On no cell and under no lock.
    private func finish() {
        guard let done = state.withLock({ $0.done.take() }) else { return }
        _ = host.world.scheduler.schedule(atUptime: host.world.clock.uptimeNanoseconds, done)
    }
}
