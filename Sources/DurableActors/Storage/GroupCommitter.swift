internal import Locks
internal import struct Synchronization.Atomic

/// Takes sealed batches and makes them durable, many in one flush: group commit.
///
/// What it is: queues of batches, one for each lane, and the right to commit, which one thread at a time holds. Whatever has gathered goes
/// out as one group. An idle worker commits in place (`performInline`), which spares two hand-overs between threads and
/// is the fastest for a single caller; while workers are busy a thread of its own does it, so that flushing and running
/// overlap. It commits one group each time it is asked, since a flush takes a core from the workers too: the next is due
/// when a worker has nothing else to do, or when they have been busy for long enough that many share it.
///
/// Order: a batch commits after all that its object, or what it follows from, has handed over before; see `BatchQueue`.
/// Failure: a group that does not commit fails as a whole; each owner is told, and nothing is tried again.
package final class GroupCommitter: IdleWork {
    /// The most batches one commit takes; more would make the first in it wait long for the last.
    static let maximumGroup = 4096
    /// The most bytes one commit writes, but for a single batch that is larger: others would wait behind them.
    package static let maximumGroupBytes = 16 << 20

    private struct State: ~Copyable {
        var queue: BatchQueue
        /// Who has writes that are to be sealed before long.
        var later: [any BatchOwner] = []
        var committing = false
        /// Who waits for the end of the commit that is under way.
        var settling: [@Sendable () -> Void] = []
        /// Whether what is pending follows at once: the group was full, or a worker had nothing else to do meanwhile.
        var isAwaited = false
        var threadWanted = false
        var stopped = false
    }

    private let store: ObjectStore
    private let scheduler: any Scheduler
    /// One for each lane, and one for threads that serve none.
    private let lanes: [LaneQueue]
    private let state: Mutex<State>
    /// Whether anything is pending: set after a batch was handed over, cleared before what was is taken.
    private let isAnyPending = Atomic<Bool>(false)
    /// Whether any owner ever turned batches away; all are asked from then on.
    private let isAnyFenced = Atomic<Bool>(false)
    private let isAnyLater = Atomic<Bool>(false)
    private let lot = ParkingLot()

    package init(store: ObjectStore, scheduler: any Scheduler) {
        self.store = store
        self.scheduler = scheduler
        let isLogged = store.log != nil
        lanes = (0...scheduler.laneCount).map { lane in
            LaneQueue(lane: lane < scheduler.laneCount ? lane : nil, isLogged: isLogged)
        }
        state = Mutex(State(queue: BatchQueue(lanes: lanes)))
    }

    /// Starts the committer's own thread; without it only idle workers commit, as in a simulated world.
    package func startThread() {
        NativeThread.start { [self] in serve() }
    }

    /// Hands over a batch; callable from any thread, never blocks on the disk.
    ///
    /// Returns the queue that it came to, which the owner's next batch names as the one it is behind.
    @discardableResult
    package func submit(_ batch: SealedBatch) -> Int {
        let place = scheduler.currentLane ?? lanes.count - 1
        if batch.content.changesOthers || batch.isBehind(another: place) {
            state.withLock { $0.queue.appendInOrder(batch, on: lanes[place]) }
        } else {
            lanes[place].part.withLock { $0.append(batch) }
        }
        if !isAnyPending.load(ordering: .sequentiallyConsistent) {
            isAnyPending.store(true, ordering: .sequentiallyConsistent)
        }
        return place
    }

    /// Has owners asked from now on whether they accept their batches; called before one accepts no more.
    package func noteFence() { isAnyFenced.store(true, ordering: .releasing) }

    /// Has an owner seal its open writes within some milliseconds: when the pool next looks after what waits.
    package func sealLater(_ owner: any BatchOwner) {
        state.withLock { state in
            state.later.append(owner)
            isAnyLater.store(true, ordering: .relaxed)
        }
    }

    package var isPending: Bool { isAnyPending.load(ordering: .relaxed) }

    package var isPendingLater: Bool { isAnyLater.load(ordering: .relaxed) }

    /// Commits what is pending on the calling thread, or has owners seal what waits.
    ///
    /// False when there is nothing or another thread commits.
    package func performInline() -> Bool {
        if let group = takeGroup(elseAwait: true) {
            commit(group)
            return true
        }
        return !isPending && sealWhatWaits()
    }

    private func sealWhatWaits() -> Bool {
        let owners = state.withLock { state in
            defer { state.later = [] }
            isAnyLater.store(false, ordering: .relaxed)
            return state.later
        }
        for owner in owners { owner.sealOpenWrites() }
        return !owners.isEmpty
    }

    package func requestThread() {
        let wake = state.withLock { state in
            let isAnyNow = !state.committing && isPending
            guard !state.threadWanted, isAnyNow || !state.later.isEmpty else { return false }
            state.threadWanted = true
            return true
        }
        if wake { lot.signal() }
    }

    /// Ends the committer's thread once it is done with its group.
    ///
    /// Workers without anything else to do go on committing. What is pending once those have ended too stays so, and its
    /// owners are told nothing.
    package func stop() {
        state.withLock { $0.stopped = true }
        lot.broadcast()
    }

    private func takeGroup(elseAwait awaits: Bool = false) -> [BatchPart]? {
        state.withLock { state in
            guard !state.committing else {
                if awaits { state.isAwaited = true }
                return nil
            }
            isAnyPending.store(false, ordering: .sequentiallyConsistent)
            let group = state.queue.take(maximum: Self.maximumGroup, maximumBytes: Self.maximumGroupBytes)
            if state.queue.hasRest { isAnyPending.store(true, ordering: .sequentiallyConsistent) }
            guard !group.isEmpty else {
                if awaits { state.isAwaited = true }
                return nil
            }
            state.committing = true
            state.isAwaited = state.queue.hasRest
            return group
        }
    }

    /// Whether the next group follows at once; else the workers are busy, and ask when it is worth a flush.
    private var isAwaited: Bool { state.withLock { $0.isAwaited && !$0.committing && isPending } }

    private func commit(_ group: [BatchPart]) {
        // A batch that is not accepted comes after one that failed, of which its owner was told.
        let accepted = isAnyFenced.load(ordering: .acquiring) ? group.map { $0.accepted() } : group
        do {
            if accepted.contains(where: { !$0.batches.isEmpty }) { try store.commit(accepted) }
            endCommit()
            tell(accepted)
        } catch {
            // Told once: by the second time the owner might have begun anew, which must not fail as well.
            var told: Set<ObjectIdentifier> = []
            for batch in accepted.lazy.flatMap(\.batches) where told.insert(ObjectIdentifier(batch.owner)).inserted {
                batch.owner.batchFailed(batch, error)
            }
            endCommit()
        }
    }

    private func endCommit() {
        let settling = state.withLock { state in
            state.committing = false
            defer { state.settling = [] }
            return state.settling
        }
        for done in settling { done() }
    }

    /// Calls back once it is known what became of every batch that is on its way to the disk: at once where none is.
    package func whenSettled(_ done: @escaping @Sendable () -> Void) {
        let waits = state.withLock { state in
            if state.committing { state.settling.append(done) }
            return state.committing
        }
        if !waits { done() }
    }

    /// Tells owners that their batches are durable, each where it sealed them: there its memory is at hand, and there
    /// whoever waited goes on.
    private func tell(_ group: [BatchPart]) {
        let own = scheduler.currentLane
        for part in group {
            if let lane = part.lane, lane != own { scheduler.enqueue(CommitNotice(part), on: lane) }
        }
        for part in group where part.lane == nil || part.lane == own { part.tell() }
    }

    private func serve() {
        while waitForRequest() {
            _ = sealWhatWaits()
            repeat {
                if let group = takeGroup() { commit(group) }
            } while isAwaited
        }
    }

    private func waitForRequest() -> Bool {
        var stopped = false
        lot.wait(nanoseconds: nil) {
            self.state.withLock { state in
                stopped = state.stopped
                defer { state.threadWanted = false }
                return state.threadWanted || stopped
            }
        }
        return !stopped
    }
}
