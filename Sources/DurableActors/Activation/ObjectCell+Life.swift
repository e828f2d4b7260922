internal import Locks

extension ObjectCell {
    /// Makes the object in a turn of its own, runs what its constructor wants run first, then opens the gate.
    func start(_ incarnation: Incarnation) {
        Task.detached(executorPreference: self) { [self] in
            await CurrentObject.$incarnation.withValue(incarnation) {
                await construct(incarnation)
            }
        }
    }

    private func construct(_ incarnation: Incarnation) async {
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
        openGate(incarnation, becomesLive: true)
        host.evictor.becameIdle(incarnation)
    }

    /// Ends a section and lets the waiting events enter.
    func openGate(_ incarnation: Incarnation, becomesLive: Bool = false) {
        let wake = entrance.withLock { entrance in
            guard entrance.incarnation === incarnation else { return false }
            if becomesLive { entrance.phase = .live }
            let entering = entrance.gate.open()
            for event in entering { entrance.work.append(.event(event)) }
            return !entering.isEmpty && entrance.schedule()
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    /// Ends an incarnation at once: its callers get the error, its unsealed writes are gone, its sockets drop.
    ///
    /// On the cell. The next event makes a new incarnation over the committed data.
    package func reset(_ incarnation: Incarnation, because cause: any Error) {
        let waiting = entrance.withLock { entrance -> [ObjectEvent]? in
            guard entrance.incarnation === incarnation else { return nil }
            entrance.incarnation = nil
            entrance.phase = .cold
            return entrance.takeEvents() + entrance.gate.drain()
        }
        guard let waiting else { return }
        let error = DurableObjectError.reset(because: cause, of: id)
        incarnation.die(error)
        promised = 0
        gate.withLock { $0.breakOpen { $0.leave(error) } }
        for event in incarnation.running.events { event.fail(error) }
        for event in waiting { event.fail(error) }
        sockets.dropAll()
        finish(incarnation)
    }

    /// Ends an idle incarnation: memory is given back, sockets stay; false when it is not idle after all.
    ///
    /// On the cell.
    package func evict(_ incarnation: Incarnation) -> Bool {
        guard incarnation.running.count == 0, incarnation.holds == 0, !incarnation.storage.hasOpenWrites else {
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
        incarnation.die(DurableObjectError(.disconnected, "Actor freed due to inactivity", retryable: true))
        finish(incarnation)
        return true
    }

    private func finish(_ incarnation: Incarnation) {
        if living === incarnation { living = nil }
        trimSealedBatches()
        incarnation.release()
    }

    /// Runs a critical section: nothing else enters until it ends; a throw or 30 seconds reset the object.
    func withTimeLimit(_ incarnation: Incarnation, _ body: @Sendable () async throws -> Void) async throws {
        let limit = host.limits.blockConcurrencyNanoseconds
        let timer = host.world.scheduler.schedule(atUptime: host.world.clock.uptimeNanoseconds + limit) { [self] in
            perform { [self] in
                reset(
                    incarnation,
                    because: DurableObjectError(
                        .overloaded,
                        """
                        A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was \
                        canceled and the Durable Object was reset.
                        """,
                        overloaded: true
                    )
                )
            }
        }
        defer { timer.cancel() }
        try await body()
    }
}
