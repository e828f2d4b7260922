package import DurableActors
internal import Locks

/// How a shard comes to rest, and what follows when it has gone or come.
extension ClusterForwarder {
    /// Lets no further event of the shard begin, evicts its objects and waits until all is durable; one that is busy for too
    /// long is reset.
    func drain(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        open.remove(shard)
        Task(executorPreference: host.world.scheduler.taskExecutor) { [self] in
            for cell in host.cells.all() where cell.id.shard == shard {
                _ = await EvictionRequest.evict(cell, closesSockets: true)
                await withCheckedContinuation { continuation in
                    cell.perform {
                        if let living = cell.current { cell.reset(living, because: Self.moving) }
                        cell.whenDurable(cell.lastSealed) { _ in continuation.resume() }
                    }
                }
            }
            keeper(.drained(shard, transfer))
        }
    }

    private static var moving: DurableObjectError {
        DurableObjectError(.disconnected, "The object goes to another node.", retryable: true)
    }

    func close(_ shard: ShardIndex) {
        open.remove(shard)
        decide { state in state.order.reconsider(shard, state.keeper).map { .request($0) } }
    }

    /// Events of a shard enter without asking from now on.
    func opened(_ shard: ShardIndex) { host.alarms.committed(due: 0) }

    /// Whether the alarms of a shard ring here.
    package func rings(_ shard: ShardIndex) -> Bool {
        isOpen(shard) || state.withLock { $0.keeper.route(shard) == .serveHere }
    }
}
