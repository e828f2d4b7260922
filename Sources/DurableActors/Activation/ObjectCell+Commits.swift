internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell: BatchOwner {
    /// Seals what the turn wrote and hands it to the committer; on the cell, at the end of a turn.
    ///
    /// What could not be committed resets the object. Nothing is handed over when nothing was written after all and
    /// nothing waits for it.
    func seal(_ incarnation: Incarnation) {
        do {
            try incarnation.commitDatabase()
        } catch {
            return reset(incarnation, because: error)
        }
        if incarnation.storage.open.isEmpty, promised <= lastSealed {
            incarnation.storage.openIsConfirmed = false
            return
        }
        var creation: ObjectRecord?
        let known =
            record
            ?? {
                let made = ObjectRecord(
                    number: host.takeObjectNumber(),
                    name: id.name,
                    createdAt: host.world.clock.nowMilliseconds
                )
                creation = made
                return made
            }()
        record = known
        lastSealed += 1
        if incarnation.storage.openIsConfirmed { lastConfirmed = lastSealed }
        let batch = SealedBatch(
            classNumber: objectClass.number,
            id: id,
            locator: ObjectLocator(shard: id.shard, number: known.number),
            creation: creation,
            writes: incarnation.storage.takeOpen(),
            sequence: lastSealed,
            owner: self
        )
        trimSealedBatches()
        if !host.limits.faults.contains(.earlyTrim) { sealedBatches.append(batch) }
        host.committer.submit(batch)
    }

    /// Forgets batches that a snapshot taken from now on contains; on the cell.
    ///
    /// The watermark is read before any later snapshot is taken, so a read that no longer finds a batch here finds its
    /// rows on disk.
    func trimSealedBatches() {
        let durable = durable.load(ordering: .acquiring)
        guard let first = sealedBatches.first, first.sequence <= durable else { return }
        sealedBatches.removeAll { $0.sequence <= durable }
    }

    package func batchCommitted(_ batch: SealedBatch) {
        raiseWatermark(to: batch.sequence)
        if let due = batch.earliestAlarm, !host.limits.faults.contains(.silentAlarms) {
            host.alarms.committed(due: due)
        }
    }

    package func batchFailed(_ batch: SealedBatch, _ cause: any Error) {
        fencedThrough.store(.max, ordering: .releasing)
        perform { [self] in
            // Memory is thrown away and the next incarnation begins over what is on disk.
            record = nil
            let failure = Self.storageFailure(cause)
            if let living { reset(living, because: failure) }
            breakAnswers(because: failure)
            sealedBatches.removeAll()
            raiseWatermark(to: lastSealed)
            fencedThrough.store(lastSealed, ordering: .releasing)
        }
    }

    /// Fails what an incarnation that has left memory since was about to send.
    private func breakAnswers(because cause: any Error) {
        let error = DurableObjectError.reset(because: cause, of: id)
        gate.withLock { $0.breakOpen { $0.leave(error) } }
        sockets.dropAll()
    }

    private func raiseWatermark(to sequence: UInt64) {
        gate.withLock { gate in
            gate.raise(to: sequence) { $0.leave(nil) }
            durable.store(gate.durable, ordering: .releasing)
        }
    }

    /// Calls back once the batch of that number is durable, confirmed or not; on the cell.
    func whenDurable(_ sequence: UInt64, _ done: @escaping @Sendable (DurableObjectError?) -> Void) {
        if sequence > lastSealed { promised = sequence }
        gate.withLock { gate in
            if let now = gate.pass(.closure(done), stamp: sequence) { now.leave(nil) }
        }
    }

    package func accepts(_ batch: SealedBatch) -> Bool {
        batch.sequence > fencedThrough.load(ordering: .acquiring)
    }

    private static func storageFailure(_ cause: any Error) -> DurableObjectError {
        let text = (cause as? StorageError)?.code == .full ? "database or disk is full: SQLITE_FULL" : "\(cause)"
        return DurableObjectError(.storage, text)
    }
}
