internal import Locks
internal import struct Synchronization.Atomic

/// The time limit of commits.
///
/// What it is: at most one timer for each object, set with the first batch and set again while there are batches on
/// their way. When the oldest has taken too long, the object is reset, and its entrance stays closed until the disk has
/// told what became of every batch sealed by then: one that is stuck may still land, and a life that began before could
/// have read what it replaces. So a life sees either all of a batch or none of it from its beginning to its end.
extension ObjectCell {
    /// Sets the timer; on the cell.
    func watchCommits(since sealedAt: UInt64) {
        isWatchingCommits = true
        // The cell is not kept for it: a batch under way keeps its cell, and without one there is nothing to look at.
        let (key, cell, host) = (tableKey, ObjectIdentifier(self), host)
        _ = host.world.scheduler.schedule(atUptime: sealedAt + host.limits.commitNanoseconds) {
            guard let known = host.cells.known(key), ObjectIdentifier(known) == cell else { return }
            known.perform { known.lookAtCommits() }
        }
    }

    private func lookAtCommits() {
        settle()
        guard let oldest = sealedBatches.first else {
            isWatchingCommits = false
            return
        }
        let limit = host.limits.commitNanoseconds
        if host.world.clock.uptimeNanoseconds < oldest.sealedAt + limit { return watchCommits(since: oldest.sealedAt) }
        isWatchingCommits = false
        // A removal waits for the disk already, with the entrance closed.
        guard removals.isEmpty else { return }
        close(because: Self.storageTimeout)
        breakAnswers(because: Self.storageTimeout)
        reopenWhenDurable()
    }

    private func reopenWhenDurable() {
        whenDurable(lastSealed) { [self] _ in
            perform { [self] in
                // A removal that came meanwhile opens the entrance when it is done.
                guard removals.isEmpty else { return }
                // An alarm that was given up meanwhile is a batch as well.
                if lastSealed > durable.load(ordering: .acquiring) { return reopenWhenDurable() }
                reopen(nil)
            }
        }
    }

    private static var storageTimeout: DurableObjectError {
        DurableObjectError(
            .storage,
            "Durable Object storage operation exceeded timeout which caused object to be reset.",
            overloaded: true
        )
    }
}
