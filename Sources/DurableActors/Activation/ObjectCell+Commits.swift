internal import Locks
internal import struct Synchronization.Atomic

/// A batch as its cell remembers it: without its owner, which would keep the cell for ever.
struct SealedWrites {
    let sequence: UInt64
    /// When it was sealed; see `WorldClock.coarseUptimeNanoseconds`.
    let sealedAt: UInt64
    let content: BatchContent
}

extension ObjectCell: BatchOwner {
    /// Seals what the turn wrote, unless all of it may wait; on the cell.
    func endTurn(of incarnation: Incarnation) {
        if promised > lastSealed || !incarnation.hasOnlyLazyWrites { return seal(incarnation) }
        // What follows mostly writes as well, and takes these writes with it.
        guard following == nil, !isToSealLater else { return }
        isToSealLater = true
        host.committer.sealLater(self)
    }

    package func sealOpenWrites() {
        perform { [self] in
            isToSealLater = false
            if let living, living.hasWritesToSeal { seal(living) }
        }
    }

    /// Seals what was written since the last batch and hands it to the committer; on the cell, at the end of a turn.
    ///
    /// What could not be committed resets the object. Nothing is handed over when nothing was written after all and
    /// nothing waits for it.
    func seal(_ incarnation: Incarnation) {
        do {
            try incarnation.writeLate()
            try incarnation.commitDatabase()
            if incarnation.storage.open.isEmpty, promised <= lastSealed {
                incarnation.storage.openIsConfirmed = false
                return
            }
            let creation = try newRecord()
            guard let known = creation?.number ?? number else { preconditionFailure("What writes has a number.") }
            number = known
            lastSealed += 1
            if incarnation.storage.openIsConfirmed { lastConfirmed = lastSealed }
            commit(
                BatchContent(
                    classNumber: objectClass.number,
                    id: id,
                    locator: ObjectLocator(shard: id.shard, number: known),
                    creation: creation,
                    writes: incarnation.storage.takeOpen(),
                    after: sealedBatches.isEmpty ? nil : sealedBatches[sealedBatches.count - 1].content
                )
            )
        } catch {
            reset(incarnation, because: error)
        }
    }

    /// What the directory is to say of the object from now on; nil when it says that already.
    private func newRecord() throws -> ObjectRecord? {
        guard number != nil else {
            let now = host.world.clock.nowMilliseconds
            isNameless = id.name == nil
            return ObjectRecord(number: host.takeObjectNumbers(1), name: id.name, createdAt: now)
        }
        // It was first used by an id without its name.
        guard isNameless, let name = id.name else { return nil }
        isNameless = false
        return try storedRecord()?.named(name)
    }

    /// Hands the batch numbered `lastSealed` to the committer; on the cell.
    func commit(_ content: BatchContent) {
        let sealedAt = host.world.clock.coarseUptimeNanoseconds
        // A batch late: the log has let go of those, so they are freed here, where they were allocated, and no two threads
        // meet at the allocator's locks.
        forgetSealedBatches(through: noticed)
        if hasUnmerged { logged.withLock { $0.mergeWaiting() } }
        hasUnmerged = !content.replacesPrevious
        noticed = durable.load(ordering: .acquiring)
        if !host.limits.faults.contains(.earlyTrim) {
            sealedBatches.append(SealedWrites(sequence: lastSealed, sealedAt: sealedAt, content: content))
        }
        let behind = noticed + 1 < lastSealed ? commitQueue : nil
        commitQueue = host.submit(SealedBatch(content, sequence: lastSealed, owner: self, behind: behind))
        if !isWatchingCommits { watchCommits(since: sealedAt) }
    }

    /// Forgets batches that are durable; on the cell.
    ///
    /// The watermark is read before the logged rows are and before any later snapshot is taken, so a read that no longer
    /// finds a batch here finds its rows in the one or the other.
    func trimSealedBatches() { forgetSealedBatches(through: durable.load(ordering: .acquiring)) }

    private func forgetSealedBatches(through sequence: UInt64) {
        var count = 0
        while count < sealedBatches.count, sealedBatches[count].sequence <= sequence { count += 1 }
        if count > 0 { sealedBatches.removeFirst(count) }
    }

    /// Trims, and gives the memory back where nothing is left; on the cell, when no write is likely to follow soon.
    func settle() {
        trimSealedBatches()
        if sealedBatches.isEmpty { sealedBatches = [] }
    }

    /// What is durable and may not be in the store; read it before the store.
    var loggedRows: LoggedRows {
        host.limits.faults.contains(.forgottenLog) ? LoggedRows() : logged.withLock { $0 }
    }

    /// Has the object's number looked for anew where it may have been to other processes meanwhile; on the cell, while
    /// no life has begun.
    ///
    /// One of which something is on its way to the disk has not.
    func forgetPlace() {
        guard host.forwarder != nil, seat == nil else { return }
        trimSealedBatches()
        if sealedBatches.isEmpty { number = nil }
    }

    /// What is durable of the object's place in the directory; on the cell.
    func storedRecord() throws -> ObjectRecord? {
        trimSealedBatches()
        switch loggedRows.place {
        case .made(let record): return record
        case .removed: return nil
        case nil: return try host.objects.record(objectClass.number, id)
        }
    }

    package func batchLogged(_ content: BatchContent, epoch: UInt64) -> LoggedRows.Growth {
        logged.withLock { $0.add(content, epoch: epoch) }
    }

    package func loggedContent(of epoch: UInt64) -> BatchContent? {
        // Merged without the lock, which the committing thread would wait for.
        logged.withLock { $0.batch(of: epoch) }?.content
    }

    package func forgetLogged(through epoch: UInt64) {
        logged.withLock { $0.forget(through: epoch) }
        // So that an object that does nothing more does not keep its last batches.
        perform { [self] in settle() }
    }

    package func batchCommitted(_ batch: SealedBatch) {
        raiseWatermark(to: batch.sequence)
        if !batch.isOrdinary, let due = batch.content.earliestAlarm, !host.limits.faults.contains(.silentAlarms) {
            host.alarms.committed(due: due)
        }
    }

    package func batchFailed(_ batch: SealedBatch, _ cause: any Error) {
        host.committer.noteFence()
        fencedThrough.store(.max, ordering: .releasing)
        // Those before it are on disk, whether or not the cell has been told.
        raiseWatermark(to: batch.sequence - 1)
        perform { [self] in
            // Memory is thrown away and the next incarnation begins over what is on disk.
            trimSealedBatches()
            number = nil
            let failure = Self.storageFailure(cause)
            if let living { reset(living, because: failure) }
            breakAnswers(because: failure)
            sealedBatches.removeAll()
            raiseWatermark(to: lastSealed)
            fencedThrough.store(lastSealed, ordering: .releasing)
        }
    }

    /// Fails what an incarnation that has left memory since was about to send.
    func breakAnswers(because cause: any Error) {
        let error = DurableObjectError.reset(because: cause, of: id)
        gate.withLock { $0.breakOpen { $0.leave(error) } }
        dropSockets()
    }

    /// Lets everything leave that waits for batches up to this one.
    func raiseWatermark(to sequence: UInt64) {
        gate.withLock { gate in
            gate.raise(to: sequence) { $0.leave(nil) }
            durable.store(gate.durable, ordering: .releasing)
        }
    }

    /// Calls back once the batch of that number is durable, confirmed or not; on the cell.
    package func whenDurable(_ sequence: UInt64, _ done: @escaping @Sendable (DurableObjectError?) -> Void) {
        if sequence > lastSealed { promised = sequence }
        gate.withLock { gate in
            if !gate.keep(.closure(done), stamp: sequence) { done(nil) }
        }
    }

    /// Waits until the batch of that number is durable, confirmed or not; throws when it never will be; on the cell.
    @inline(__always)
    func untilDurable(_ sequence: UInt64) async throws {
        // Safe because the closure is called once.
        let broken: DurableObjectError? = unsafe await suspend { continuation in
            whenDurable(sequence) { unsafe continuation.resume(returning: $0) }
        }
        if let broken { throw broken }
    }

    package func accepts(_ batch: SealedBatch) -> Bool {
        seat?.isFenced.load(ordering: .acquiring) != true && batch.sequence > fencedThrough.load(ordering: .acquiring)
    }

    private static func storageFailure(_ cause: any Error) -> DurableObjectError {
        let text = (cause as? StorageError)?.code == .full ? "database or disk is full: SQLITE_FULL" : "\(cause)"
        return DurableObjectError(.storage, text)
    }
}
