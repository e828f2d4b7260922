internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell {
    /// How old a stored last access may get before it is written anew, in milliseconds: an hour.
    static let lastAccessPrecision: Int64 = 3_600_000

    /// Makes the object in a turn of its own, runs what its constructor wants run first, then opens the gate.
    func start(_ incarnation: Incarnation, in section: CriticalSection) {
        Task.detached(executorPreference: self) { [self] in
            await CurrentObject.$incarnation.withValue(incarnation) {
                await CriticalSection.$current.withValue(section) { await construct(incarnation, in: section) }
            }
        }
    }

    private func construct(_ incarnation: Incarnation, in section: CriticalSection) async {
        guard incarnation.death == nil else { return }
        living = incarnation
        do {
            if record == nil { record = try host.objects.record(objectClass.number, id) }
            try incarnation.construct(in: host)
            while !incarnation.constructorSections.isEmpty {
                try await withTimeLimit(incarnation, incarnation.constructorSections.removeFirst())
            }
        } catch {
            reset(incarnation, because: error)
            return
        }
        guard incarnation.death == nil else { return }
        end(section, of: incarnation, becomesLive: true)
        host.evictor.becameIdle(incarnation)
    }

    /// Ends an incarnation at once: its callers get the error, its unsealed writes are gone, its sockets drop.
    ///
    /// On the cell. The next event makes a new incarnation over the committed data.
    package func reset(_ incarnation: Incarnation, because cause: any Error) {
        let waiting = entrance.withLock { entrance -> (events: [ObjectEvent], gate: [GateWaiter])? in
            guard entrance.incarnation === incarnation else { return nil }
            entrance.incarnation = nil
            entrance.phase = .cold
            isGateClosed.store(false, ordering: .releasing)
            entrance.queuedEvents = 0
            return (entrance.takeEvents(), entrance.gate.drain())
        }
        guard let waiting else { return }
        let error = DurableObjectError.reset(because: cause, of: id)
        incarnation.die(error)
        promised = 0
        gate.withLock { $0.breakOpen { $0.leave(error) } }
        for event in incarnation.running.events { event.fail(error) }
        for event in waiting.events { event.fail(error) }
        for waiter in waiting.gate {
            switch waiter {
            case .event(let event): event.fail(error)
            case .task(let resume): resume()
            }
        }
        sockets.dropAll()
        finish(incarnation)
    }

    /// Ends an idle incarnation: memory is given back, sockets stay; false when it is not idle after all.
    ///
    /// On the cell.
    package func evict(_ incarnation: Incarnation) -> Bool {
        guard incarnation.running.count == 0, incarnation.holds == 0, !incarnation.hasOpenWrites else {
            return false
        }
        let gone = entrance.withLock { entrance in
            guard entrance.incarnation === incarnation, entrance.phase == .live, entrance.gate.isOpen,
                entrance.work.isEmpty
            else { return false }
            entrance.incarnation = nil
            entrance.phase = .cold
            return true
        }
        guard gone else { return false }
        noteLastAccess(incarnation)
        incarnation.die(DurableObjectError(.disconnected, "Actor freed due to inactivity", retryable: true))
        finish(incarnation)
        return true
    }

    /// Stores when the object was last used, unless what is stored is of the last hour; nothing waits for it.
    private func noteLastAccess(_ incarnation: Incarnation) {
        guard let record else { return }
        let now = host.world.clock.nowMilliseconds
        let locator = ObjectLocator(shard: id.shard, number: record.number)
        do {
            let known = try host.objects.get(locator, ObjectStore.lastAccessKey).map(AlarmTime.decode) ?? 0
            guard now - known >= Self.lastAccessPrecision else { return }
            incarnation.storage.open.set(ObjectStore.lastAccessKey, AlarmTime.encode(now))
            seal(incarnation)
        } catch {
            host.log.error("The last use of \(id) cannot be stored: \(error)")
        }
    }

    private func finish(_ incarnation: Incarnation) {
        if living === incarnation { living = nil }
        trimSealedBatches()
        incarnation.release()
    }
}
