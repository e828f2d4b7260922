internal import Locks

/// A log in front of the store: a group is durable with one write and one flush, and the store gets many groups at once.
///
/// What it is: the end of the log, which the committing thread has (`appending`); what is logged and not applied
/// (`state`), of which the rows are with their owners; and the right to write to the store (`checkpointing`). Checkpoints
/// run on another thread while the log goes on: one takes the owners, begins a new epoch, and writes what each has of the
/// old one, the last write of each row. Locks are taken in the order appending, checkpointing, state, the owner's.
///
/// When it holds: a record is written only after all earlier ones are durable, and a checkpoint contains every record
/// before the number that it stores. So what a start finds is a prefix of what was logged, without a gap.
/// Failure: after a failed write the end of the log is unknown, so nothing more is logged in this process; groups go to
/// the store with all that is logged, and the number stored passes the failed record, so that no start applies it.
package final class GroupLog: Sendable {
    private struct State {
        var unapplied = UnappliedBatches()
        /// The number of the next record.
        var next: UInt64
        /// The first record that the store does not contain.
        var applied: UInt64
        var hasFailed = false
        /// Whether it was said that there is no room for another segment.
        var isShortOfRoom = false
        /// Whether a record that was reported as failed might still be found by a start.
        var isInDoubt = false
        var isClosed = false
        /// Whether a checkpoint is on its way, or the last one failed and the timer tries again.
        var isCheckpointing = false
        var isTimed = false
    }

    private let objects: ObjectStore
    private let world: World
    private let log: EventLog
    private let sizes: LogSizes
    private let appending: Mutex<LogAppender>
    private let checkpointing = Mutex(())
    private let state: Mutex<State>

    /// Brings what is logged into the store, then takes groups.
    init(_ disk: any LogDisk, objects: ObjectStore, world: World, log: EventLog, sizes: LogSizes) throws {
        let recovery = try LogRecovery(disk, into: objects, sizes: sizes)
        self.objects = objects
        self.world = world
        self.log = log
        self.sizes = sizes
        appending = Mutex(LogAppender(disk: disk, sizes: sizes, salt: world.random.next(), after: recovery))
        state = Mutex(State(next: recovery.next, applied: recovery.next))
    }

    /// Makes a group durable; absent, now and after any start, when it throws.
    func commit(_ group: [BatchPart]) throws {
        try appending.withLock { appender in
            let (hasFailed, isFull, next) = try state.withLock { state throws(StorageError) in
                if state.isClosed { throw StorageError(.io, "The store is closed.") }
                return (state.hasFailed, state.unapplied.memory >= sizes.limitBytes, state.next)
            }
            if hasFailed || group.reduce(0, { $0 + $1.byteCount }) >= sizes.segmentBytes {
                return try apply(adding: group)
            }
            if isFull { try apply() }
            let bytes = appender.encode(group, sequence: next)
            guard try hasRoom(for: bytes, next: next, in: &appender) else { return try apply(adding: group) }
            do {
                try appender.write()
            } catch {
                log.error("The log takes no more until the next start: \(error)")
                state.withLock { state in
                    state.hasFailed = true
                    state.isInDoubt = true
                    state.next = next + 1
                }
                return try apply(adding: group)
            }
            noteLogged(group, bytes: bytes)
        }
    }

    private func hasRoom(for count: Int, next: UInt64, in appender: inout LogAppender) throws -> Bool {
        guard LogSegmentHeader.byteCount + count <= sizes.segmentBytes else { return false }
        do {
            if try appender.makeRoom(for: count, next: next, applied: state.withLock { $0.applied }) { return true }
            try apply()
            return try appender.makeRoom(for: count, next: next, applied: state.withLock { $0.applied })
        } catch {
            if state.withLock({ state in
                defer { state.isShortOfRoom = true }
                return !state.isShortOfRoom
            }) {
                log.error("The log has no room, so every group goes to the store: \(error)")
            }
            return false
        }
    }

    private func noteLogged(_ group: [BatchPart], bytes: Int) {
        let (isDue, isTimed) = state.withLock { state in
            state.unapplied.add(group, record: state.next, bytes: bytes, sizes)
            state.next += 1
            state.isShortOfRoom = false
            let isDue = state.unapplied.isCheckpointDue(sizes) && !state.isCheckpointing
            if isDue { state.isCheckpointing = true }
            defer { state.isTimed = true }
            return (isDue, state.isTimed)
        }
        if isDue { world.scheduler.runBlocking { [self] in checkpointInBackground() } }
        if !isTimed { setTimer() }
    }

    private func setTimer() {
        let due = world.clock.uptimeNanoseconds + sizes.checkpointNanoseconds
        _ = world.scheduler.schedule(atUptime: due) { [self] in
            world.scheduler.runBlocking { [self] in
                checkpointInBackground()
                let isDone = state.withLock { state in
                    state.isTimed = !state.unapplied.isEmpty
                    return !state.isTimed
                }
                if !isDone { setTimer() }
            }
        }
    }

    private func checkpointInBackground() {
        do {
            try apply()
            state.withLock { $0.isCheckpointing = false }
        } catch {
            log.error("The log cannot be brought into the store: \(error)")
            state.withLock { $0.isCheckpointing = true }
        }
    }

    /// Brings all that is logged into the store; on return reads of the store find all that was durable before.
    func checkpoint() throws { try apply() }

    /// Makes sure that no record reported as failed can come back; throws while the disk does not allow that.
    func settleDoubt() throws {
        if state.withLock({ $0.isInDoubt }) { try apply() }
    }

    /// Runs a closure on the alarms that the store may not know, which stay as they are meanwhile.
    func withAlarms(_ body: (UnappliedAlarms) throws -> AlarmPage) throws -> AlarmPage {
        try state.withLock { try body($0.unapplied.alarms) }
    }

    /// Writes what is logged to the store, and a group that is not.
    private func apply(adding group: [BatchPart] = []) throws {
        try checkpointing.withLock { _ in
            let (cut, next, isCurrent) = state.withLock { state in
                (state.unapplied.cut(), state.next, state.next == state.applied)
            }
            if cut.isEmpty, group.isEmpty, isCurrent { return }
            do {
                try objects.write(cut.contents + group.contents, nextRecord: next)
            } catch {
                state.withLock { $0.unapplied.putBack(cut) }
                throw error
            }
            cut.forget()
            state.withLock { state in
                state.unapplied.forget(cut, before: next)
                state.applied = next
                if next == state.next { state.isInDoubt = false }
            }
        }
    }

    /// Brings what is logged into the store if it can, and takes no more; what is left is for the next start.
    func close() {
        // Silence is right: what the store does not take now stays in the log.
        try? apply()
        appending.withLock { appender in
            if state.withLock({ state in
                defer { state.isClosed = true }
                return !state.isClosed
            }) {
                appender.close()
            }
        }
    }
}
