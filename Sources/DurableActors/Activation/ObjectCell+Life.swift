internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell {
    /// How old a stored last access may get before it is written anew, in milliseconds: an hour.
    static let lastAccessPrecision: Int64 = 3_600_000

    /// The last event or background work of an incarnation has ended; on the cell.
    ///
    /// A function of the cell's own, so that the host's references are not counted; see `HostCore.submit`.
    @inline(never)
    func becameIdle(_ incarnation: Incarnation) { host.becameIdle(incarnation) }

    /// Makes the object in a turn of its own, runs what its constructor wants run first, then opens the gate.
    func start(_ incarnation: Incarnation, in section: CriticalSection) {
        if seat != nil { incarnation.asFacet = FacetLife(callerSection: CriticalSection.current) }
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
            if let seat {
                number = seat.record.number
                try await prepare(incarnation, in: seat)
                if let death = incarnation.death { throw death }
            }
            forgetPlace()
            if number == nil, let stored = try storedRecord() {
                number = stored.number
                isNameless = stored.name == nil
            }
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
        if let detached = detach(incarnation) { end(detached, because: cause) }
    }

    /// Ends a life that was detached by a reset; on the cell.
    func end(_ detached: Detached, because cause: any Error) {
        let error = DurableObjectError.reset(because: cause, of: id)
        detached.incarnation.asFacet?.parent?.facets.withLock { $0.breakLink(of: self, because: error) }
        conclude(detached, error)
    }

    /// A life that is over, and who waited to enter it.
    struct Detached: Sendable {
        let incarnation: Incarnation
        let events: [ObjectEvent]
        let gate: [GateWaiter]
    }

    /// Ends a life, the present one or that one only, as far as others can see: what comes now begins a new one.
    ///
    /// Callable from any thread; `conclude` must follow, on the cell, before the new life begins.
    func detach(_ expected: Incarnation? = nil) -> Detached? {
        entrance.withLock { entrance in
            guard expected == nil || expected === entrance.incarnation else { return nil }
            return detach(&entrance)
        }
    }

    /// The same under the entrance's lock.
    func detach(_ entrance: inout CellEntrance) -> Detached? {
        guard let incarnation = entrance.incarnation.take() else { return nil }
        entrance.phase = .cold
        isGateClosed.store(false, ordering: .releasing)
        entrance.queuedEvents = 0
        return Detached(incarnation: incarnation, events: entrance.takeEvents(), gate: entrance.gate.drain())
    }

    /// Tells everybody of a life's end, and clears up after it; on the cell.
    func conclude(_ detached: Detached, _ error: DurableObjectError) {
        let incarnation = detached.incarnation
        incarnation.die(error)
        promised = 0
        gate.withLock { $0.breakOpen { $0.leave(error) } }
        for event in incarnation.running.events { event.fail(error) }
        for event in detached.events { event.fail(error) }
        for waiter in detached.gate {
            switch waiter {
            case .event(let event): event.fail(error)
            case .task(let resume): resume()
            }
        }
        dropSockets()
        finish(incarnation)
    }

    /// Ends an idle incarnation: memory is given back, sockets stay; false when it is not idle after all.
    ///
    /// On the cell. With `endsTimers` background tasks that only wait for timers do not count.
    package func evict(_ incarnation: Incarnation, endsTimers: Bool = false) -> Bool {
        guard incarnation.running.count == 0, incarnation.holds == (endsTimers ? incarnation.asleep : 0)
        else { return false }
        if incarnation.hasWritesToSeal { seal(incarnation) }
        guard !incarnation.hasOpenWrites, incarnation.death == nil else { return false }
        // Only its parent can start a facet, so its sockets could not wake it.
        guard seat == nil || sockets.isEmpty else { return false }
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
        guard number != nil else { return }
        let now = host.world.clock.nowMilliseconds
        do {
            let known = try incarnation.read(ObjectStore.lastAccessKey).map(AlarmTime.decode) ?? 0
            guard now - known >= Self.lastAccessPrecision else { return }
            incarnation.storage.open.set(ObjectStore.lastAccessKey, AlarmTime.encode(now))
            seal(incarnation)
        } catch {
            host.log.error("The last use of \(id) cannot be stored: \(error)")
        }
    }

    private func finish(_ incarnation: Incarnation) {
        if living === incarnation { living = nil }
        if let death = incarnation.death { incarnation.endFacets(because: death) }
        incarnation.leaveParent()
        settle()
        incarnation.release()
        gate.withLock { $0.shrink() }
    }
}
