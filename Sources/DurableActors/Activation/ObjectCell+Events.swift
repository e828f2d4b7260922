internal import Distributed
internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell {
    /// Delivers an event: now, or when the gate opens; starts the object if it is cold.
    ///
    /// Callable from any thread. `caller` is the object that has sent it, if one has. With `inPlace` an idle object may take
    /// it on the calling thread before this returns.
    package func submit(_ event: ObjectEvent, from caller: ObjectCell? = nil, inPlace: Bool = false) {
        guard let forwarder = host.forwarder, seat == nil else { return admit(event, inPlace: inPlace) }
        if host.limits.faults.contains(.askedEarly), forwarder.isOpen(id.shard) { return admitLater(event) }
        if admit(event, if: forwarder, inPlace: inPlace) { return }
        event.timed = nil
        forwarder.take(event, of: self, from: caller)
    }

    /// Delivers an event to the object in this process, whoever serves it.
    package func admit(_ event: ObjectEvent, inPlace: Bool = false) { _ = admit(event, if: nil, inPlace: inPlace) }

    /// The same; false when the forwarder, which is asked under the entrance's lock, does not let it enter.
    private func admit(_ event: ObjectEvent, if forwarder: (any ObjectForwarder)?, inPlace: Bool) -> Bool {
        if let timing = host.timing() { event.timed = (timing, self) }
        let action = entrance.withLock { entrance -> Admission in
            if let forwarder, !forwarder.isOpen(id.shard) { return .turnBack }
            if let limit = host.limits.queuedEvents, entrance.queuedEvents >= limit { return .refuse }
            switch entrance.phase {
            case .live:
                if inPlace, !entrance.scheduled, entrance.gate.isOpen, host.takeTurnInPlace() {
                    entrance.scheduled = true
                    runningThread.store(NativeThread.currentID, ordering: .relaxed)
                    return .run
                }
                entrance.queuedEvents += 1
                guard entrance.gate.admit(.event(event), in: nil) else { return .wait }
                entrance.work.append(.event(event))
                return entrance.schedule() ? .schedule : .wait
            case .starting:
                entrance.queuedEvents += 1
                _ = entrance.gate.admit(.event(event), in: nil)
                return .wait
            case .cold:
                let section = CriticalSection(inside: nil)
                entrance.phase = .starting
                entrance.queuedEvents += 1
                entrance.gate.begin(section)
                isGateClosed.store(true, ordering: .releasing)
                _ = entrance.gate.admit(.event(event), in: nil)
                let incarnation = Incarnation(cell: self)
                entrance.incarnation = incarnation
                return .start(incarnation, section)
            }
        }
        switch action {
        case .run: runInPlace(event)
        case .schedule: host.world.scheduler.enqueue(self)
        case .start(let incarnation, let section): start(incarnation, in: section)
        case .wait: break
        case .refuse: event.fail(Self.tooManyQueued)
        case .turnBack: return false
        }
        return true
    }

    /// Only for the fault of that name.
    private func admitLater(_ event: ObjectEvent) {
        let world = host.world
        _ = world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds + 1_000_000) { [self] in admit(event) }
    }

    private enum Admission {
        /// The calling thread has taken the cell.
        case run
        case schedule
        case start(Incarnation, CriticalSection)
        case wait
        case refuse
        case turnBack
    }

    private static var tooManyQueued: DurableObjectError {
        DurableObjectError(
            .overloaded,
            "Durable Object is overloaded. Too many requests queued.",
            remote: true,
            overloaded: true
        )
    }

    /// Whether what is sent now may leave at once; on the cell.
    ///
    /// The watermark is stored after everything up to it has been let go, so nothing earlier is overtaken.
    @inline(__always)
    func isOutputClear(of incarnation: Incarnation) -> Bool {
        !incarnation.isOver && !incarnation.holdsOutput
            && lastConfirmed <= durable.load(ordering: .acquiring)
    }

    /// Lets a message leave once everything written before it is durable; on the cell.
    package func passOutputGate(
        of incarnation: Incarnation,
        _ message: @escaping @Sendable (DurableObjectError?) -> Void
    ) {
        passOutputGate(of: incarnation, .closure(message))
    }

    /// Has it go on, on the cell, once everything written before is durable or never will be; on the cell.
    package func passOutputGate(of incarnation: Incarnation, _ passage: any OutputPassage) {
        passOutputGate(of: incarnation, .passage(passage))
    }

    func passOutputGate(of incarnation: Incarnation, _ message: GateMessage) {
        if incarnation.isOver, let death = incarnation.death { return message.leave(death) }
        if host.limits.faults.contains(.openOutputGate) { return message.leave(nil) }
        let stamp = incarnation.holdsOutput ? lastSealed + 1 : lastConfirmed
        if stamp > lastSealed { promised = stamp }
        gate.withLock { gate in
            if !gate.keep(message, stamp: stamp) { message.leave(nil) }
        }
    }
}

extension Incarnation {
    /// Whether a call that the object makes may leave at once, since nothing is unwritten; throws when its life is over.
    ///
    /// False for a task that has left the object's executor: it has to ask from there, so that the answer is exact.
    func isOutputClear() throws(DurableObjectError) -> Bool {
        guard cell.isCurrent else { return false }
        if isOver, let death { throw death }
        return cell.isOutputClear(of: self)
    }

    /// Delivers an event to another object once everything this one wrote before is durable; fails it if that fails.
    ///
    /// The gate itself delivers it, so that nothing the object sends afterwards can overtake it.
    func send(_ event: ObjectEvent, to target: ObjectCell) {
        let cell = cell
        // A facet that the event starts asks how it is made inside the section that called it.
        let section = CriticalSection.current
        let pass: @Sendable () -> Void = { [self] in
            cell.passOutputGate(of: self) { broken in
                if let broken { return event.fail(broken) }
                CriticalSection.$current.withValue(section) { target.submit(event, from: cell) }
            }
        }
        if cell.isCurrent { pass() } else { cell.perform(pass) }
    }

    /// Holds a task of the object that has waited for something outside, while somebody else's critical section runs.
    ///
    /// Throws when this life of the object is over.
    func comeBack() async throws {
        await cell.passInputGate()
        if cell.isCurrent, let death { throw death }
    }

    /// Holds what the object is about to do outside until what it wrote before is durable; not at all where all is.
    func passOutputGate() async throws {
        if try isOutputClear() { return }
        let cell = cell
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let pass: @Sendable () -> Void = { [self] in
                cell.passOutputGate(of: self) { broken in
                    if let broken { continuation.resume(throwing: broken) } else { continuation.resume() }
                }
            }
            if cell.isCurrent { pass() } else { cell.perform(pass) }
        }
        await cell.passInputGate()
    }
}

/// Which incarnation the current task works for.
package enum CurrentObject {
    @TaskLocal package static var incarnation: Incarnation?
}
