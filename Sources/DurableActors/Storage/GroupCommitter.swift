internal import Locks
internal import struct Synchronization.Atomic

/// Takes sealed batches and makes them durable, many in one flush: group commit.
///
/// What it is: a queue of batches and the right to commit, which one thread at a time holds. Whatever has gathered goes
/// out as one group. An idle worker commits in place (`performInline`), which spares two hand-overs between threads and
/// is the fastest for a single caller; while workers are busy a thread of its own does it, so that flushing and running
/// overlap. It commits one group each time it is asked, since a flush takes a core from the workers too: the next is due
/// when a worker has nothing else to do, or when they have been busy for long enough that many share it.
///
/// Order: batches commit in the order in which they were handed over, so an object's batches in the order of its turns.
/// Failure: a group that does not commit fails as a whole; each owner is told, and nothing is tried again.
package final class GroupCommitter: IdleWork {
    /// The most batches one commit takes; more would make the first in it wait long for the last.
    static let maximumGroup = 4096
    /// The most bytes one commit writes, but for a single batch that is larger: others would wait behind them.
    package static let maximumGroupBytes = 16 << 20

    /// Batches that go out together, and their record.
    private struct Group {
        let batches: [SealedBatch]
        var draft: LogDraft
    }

    private struct State {
        var pending: [SealedBatch] = []
        var pendingBytes = 0
        /// What is pending as the log writes it.
        var draft = LogDraft()
        /// The draft of the group before, for its memory.
        var spare = LogDraft()
        /// Who has writes that are to be sealed before long.
        var later: [any BatchOwner] = []
        var committing = false
        /// Who waits for the end of the commit that is under way.
        var settling: [@Sendable () -> Void] = []
        /// Whether what is pending follows at once: the group was full, or a worker had nothing else to do meanwhile.
        var isAwaited = false
        var threadWanted = false
        var stopped = false

        /// Takes what one commit may have of what is pending.
        mutating func takeGroup() -> Group {
            defer { if pending.isEmpty { draft.clear() } }
            if pending.count <= maximumGroup, pendingBytes <= maximumGroupBytes {
                let group = Group(batches: pending, draft: draft)
                pending = []
                pendingBytes = 0
                draft = LogDraft()
                swap(&draft, &spare)
                return group
            }
            draft.spoil()
            var bytes = 0
            let group = Array(
                pending.prefix(maximumGroup).prefix { batch in
                    defer { bytes += batch.byteCount }
                    return bytes == 0 || bytes + batch.byteCount <= maximumGroupBytes
                }
            )
            pending.removeFirst(group.count)
            pendingBytes -= group.reduce(0) { $0 + $1.byteCount }
            return Group(batches: group, draft: draft)
        }
    }

    private let store: ObjectStore
    private let scheduler: any Scheduler
    private let state = Mutex(State())
    /// Whether anything is pending; changed under the lock.
    private let isAnyPending = Atomic<Bool>(false)
    /// Whether any owner ever turned batches away; all are asked from then on.
    private let isAnyFenced = Atomic<Bool>(false)
    private let isAnyLater = Atomic<Bool>(false)
    private let isLogged: Bool
    private let lot = ParkingLot()

    package init(store: ObjectStore, scheduler: any Scheduler) {
        self.store = store
        isLogged = store.log != nil
        self.scheduler = scheduler
    }

    /// Starts the committer's own thread; without it only idle workers commit, as in a simulated world.
    package func startThread() {
        NativeThread.start { [self] in serve() }
    }

    /// Hands over a batch; callable from any thread, never blocks on the disk.
    package func submit(_ batch: __owned SealedBatch) {
        var batch = batch
        batch.lane = scheduler.currentLane
        let sealed = batch
        state.withLock { state in
            if state.pending.isEmpty { isAnyPending.store(true, ordering: .sequentiallyConsistent) }
            state.pendingBytes += sealed.byteCount
            if isLogged { state.draft.add(sealed) }
            state.pending.append(sealed)
        }
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
            let isAnyNow = !state.committing && !state.pending.isEmpty
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

    private func takeGroup(elseAwait awaits: Bool = false) -> Group? {
        state.withLock { state in
            guard !state.committing, !state.pending.isEmpty else {
                if awaits { state.isAwaited = true }
                return nil
            }
            state.committing = true
            let group = state.takeGroup()
            state.isAwaited = !state.pending.isEmpty
            isAnyPending.store(state.isAwaited, ordering: .sequentiallyConsistent)
            return group
        }
    }

    /// Whether the next group follows at once; else the workers are busy, and ask when it is worth a flush.
    private var isAwaited: Bool { state.withLock { $0.isAwaited && !$0.committing && !$0.pending.isEmpty } }

    private func commit(_ group: consuming Group) {
        let batches = group.batches
        // A batch that is not accepted comes after one that failed, of which its owner was told.
        let accepted = isAnyFenced.load(ordering: .acquiring) ? batches.filter { $0.owner.accepts($0) } : batches
        do {
            if !accepted.isEmpty { try store.commit(accepted, &group.draft) }
            var memory = LogDraft()
            swap(&memory, &group.draft)
            endCommit(memory)
            tell(accepted)
        } catch {
            // Told once: by the second time the owner might have begun anew, which must not fail as well.
            var told: Set<ObjectIdentifier> = []
            for batch in accepted where told.insert(ObjectIdentifier(batch.owner)).inserted {
                batch.owner.batchFailed(batch, error)
            }
            endCommit(LogDraft())
        }
    }

    private func endCommit(_ spare: LogDraft) {
        let settling = state.withLock { state in
            state.committing = false
            state.spare = spare
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
    private func tell(_ batches: [SealedBatch]) {
        let own = scheduler.currentLane
        var others: [Int] = []
        // By places, as they are told.
        for place in batches.indices {
            if let lane = batches[place].lane, lane != own, !others.contains(lane) { others.append(lane) }
        }
        for lane in others { scheduler.enqueue(CommitNotice(batches, of: lane), on: lane) }
        batches.tellOwners { $0 == nil || $0 == own }
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
