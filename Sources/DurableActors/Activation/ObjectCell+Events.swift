internal import Distributed
internal import Locks
internal import struct Synchronization.Atomic

extension ObjectCell {
    /// Delivers an event: now, or when the gate opens; starts the object if it is cold.
    ///
    /// Callable from any thread.
    package func submit(_ event: ObjectEvent) {
        let action = entrance.withLock { entrance -> Admission in
            switch entrance.phase {
            case .live:
                guard entrance.gate.admit(event) else { return .wait }
                entrance.work.append(.event(event))
                return entrance.schedule() ? .schedule : .wait
            case .starting:
                _ = entrance.gate.admit(event)
                return .wait
            case .cold:
                entrance.phase = .starting
                entrance.gate.close()
                _ = entrance.gate.admit(event)
                let incarnation = Incarnation(cell: self)
                entrance.incarnation = incarnation
                return .start(incarnation)
            }
        }
        switch action {
        case .schedule: host.world.scheduler.enqueue(self)
        case .start(let incarnation): start(incarnation)
        case .wait: break
        }
    }

    private enum Admission {
        case schedule
        case start(Incarnation)
        case wait
    }

    /// Whether what is sent now may leave at once; on the cell.
    ///
    /// The watermark is stored after everything up to it has been let go, so nothing earlier is overtaken.
    @inline(__always)
    func isOutputClear(of incarnation: Incarnation) -> Bool {
        incarnation.death == nil && !incarnation.storage.openIsConfirmed
            && lastConfirmed <= durable.load(ordering: .acquiring)
    }

    /// Lets a message leave once everything written before it is durable; on the cell.
    package func passOutputGate(
        of incarnation: Incarnation,
        _ message: @escaping @Sendable (DurableObjectError?) -> Void
    ) {
        passOutputGate(of: incarnation, .closure(message))
    }

    func passOutputGate(of incarnation: Incarnation, _ message: GateMessage) {
        if let death = incarnation.death { return message.leave(death) }
        if host.limits.breaksOutputGate { return message.leave(nil) }
        let stamp = incarnation.storage.openIsConfirmed ? lastSealed + 1 : lastConfirmed
        if stamp > lastSealed { promised = stamp }
        gate.withLock { gate in
            if let now = gate.pass(message, stamp: stamp) { now.leave(nil) }
        }
    }

    /// Whether a call may leave the caller at once: it comes from no object, or from one with nothing unwritten.
    static func isCallersOutputClear() throws(DurableObjectError) -> Bool {
        guard let incarnation = CurrentObject.incarnation else { return true }
        let cell = incarnation.cell
        guard cell.isCurrent else { return false }
        if let death = incarnation.death { throw death }
        return cell.isOutputClear(of: incarnation)
    }

    /// Holds a call that the current object makes until what it wrote before is durable.
    static func passCallersOutputGate() async throws {
        guard let incarnation = CurrentObject.incarnation else { return }
        let cell = incarnation.cell
        // A task that has left the object's executor asks from there, so that the answer is exact.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let pass: @Sendable () -> Void = {
                cell.passOutputGate(of: incarnation) { broken in
                    if let broken { continuation.resume(throwing: broken) } else { continuation.resume() }
                }
            }
            if cell.isCurrent { pass() } else { cell.perform(pass) }
        }
    }
}

/// Which incarnation the current task works for.
package enum CurrentObject {
    @TaskLocal package static var incarnation: Incarnation?
}
