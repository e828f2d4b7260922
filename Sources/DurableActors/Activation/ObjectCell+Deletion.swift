internal import Locks
internal import struct Synchronization.Atomic

/// The removal of an object with all it keeps.
///
/// While it is under way the cell is as if the object were starting: events wait at the closed gate. So nothing can begin
/// over the old data, and the first event after it makes an object that the directory does not know.
extension ObjectCell {
    /// What is known of an object in memory without entering it.
    struct Presence: Sendable {
        /// When it was last used, in milliseconds since 1970; nil when it is not in memory.
        let lastAccess: Int64?
        let sockets: Int
    }

    /// Looks from a turn of the cell, without starting the object.
    func presence() async -> Presence {
        await withCheckedContinuation { continuation in
            perform { [self] in
                let idle = living.map { host.world.clock.coarseUptimeNanoseconds &- $0.lastActive }
                let now = host.world.clock.nowMilliseconds
                let lastAccess = idle.map { now - (living?.running.count == 0 ? Int64($0 / 1_000_000) : 0) }
                continuation.resume(returning: Presence(lastAccess: lastAccess, sockets: sockets.count))
            }
        }
    }

    /// Removes the object, whichever node has it; durable when it returns.
    package func delete() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let done: @Sendable ((any Error)?) -> Void = { error in
                if let error { continuation.resume(throwing: error) } else { continuation.resume() }
            }
            if seat != nil || isHere { beginRemoval(done) } else { submit(RemovalEvent(done)) }
        }
    }

    /// Removes the object, which is here; `done` is told once that is durable.
    func beginRemoval(_ done: @escaping @Sendable ((any Error)?) -> Void) {
        perform { [self] in remove(done) }
    }

    private func remove(_ done: @escaping @Sendable ((any Error)?) -> Void) {
        guard host.forwarder?.serves(id.shard) ?? true else {
            return done(
                DurableObjectError(.elsewhere, "The object is on another node, or on its way to one: remove it there.")
            )
        }
        removals.append(done)
        // One removal answers all who ask for it while it is under way.
        guard removals.count == 1 else { return }
        close(because: DurableObjectError(.reset, "Durable Object was deleted."), isRemoved: true)
        do {
            forgetPlace()
            guard let known = try number ?? storedRecord()?.number else { return reopen(nil) }
            lastSealed += 1
            lastConfirmed = lastSealed
            commit(
                BatchContent(
                    classNumber: objectClass.number,
                    id: id,
                    locator: ObjectLocator(shard: id.shard, number: known),
                    creation: nil,
                    writes: WriteSet(),
                    removesObject: true
                )
            )
            whenDurable(lastSealed) { [self] error in perform { [self] in reopen(error) } }
        } catch {
            reopen(error)
        }
    }

    /// Ends whatever life there is and closes the entrance: events wait, and no life begins until `reopen`.
    ///
    /// Both under one lock, so that nobody who hears of the end can begin a life before the entrance is closed. With
    /// `isRemoved` its facets go with it.
    func close(because cause: DurableObjectError, isRemoved: Bool = false) {
        let detached = entrance.withLock { entrance -> Detached? in
            let detached = detach(&entrance)
            if entrance.phase == .cold {
                entrance.phase = .starting
                entrance.gate.begin(CriticalSection(inside: nil))
                isGateClosed.store(true, ordering: .releasing)
            }
            return detached
        }
        guard let detached else { return }
        if isRemoved {
            let error = DurableObjectError.reset(because: cause, of: id)
            detached.incarnation.endFacets(because: error, isRemoved: true)
        }
        end(detached, because: cause)
    }

    /// Lets in what has waited at the closed entrance, over what is on disk now.
    func reopen(_ error: (any Error)?) {
        number = nil
        trimSealedBatches()
        let waiting = entrance.withLock { entrance in
            entrance.phase = .cold
            isGateClosed.store(false, ordering: .releasing)
            entrance.queuedEvents = 0
            return entrance.gate.drain()
        }
        let done = removals
        removals = []
        for each in done { each(error) }
        for waiter in waiting {
            switch waiter {
            // It has entered already: what came later may wait outside by now.
            case .event(let event): admit(event)
            case .task(let resume): resume()
            }
        }
    }
}
