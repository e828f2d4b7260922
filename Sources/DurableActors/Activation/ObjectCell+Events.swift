internal import Distributed
internal import Synchronization

extension ObjectCell {
    /// Delivers an event: now, or when the gate opens; starts the object if it is cold. Callable from any thread.
    package func submit(_ event: any ObjectEvent) {
        let action = life.withLock { life -> Admission in
            switch life.phase {
            case .live:
                guard life.gate.admit(event) else { return .wait }
                life.admitted += 1
                return life.incarnation.map { .run($0) } ?? .wait
            case .starting:
                _ = life.gate.admit(event)
                return .wait
            case .cold:
                life.phase = .starting
                life.gate.close()
                _ = life.gate.admit(event)
                let incarnation = Incarnation(cell: self)
                life.incarnation = incarnation
                return .start(incarnation)
            }
        }
        switch action {
        case .run(let incarnation): begin(event, in: incarnation)
        case .start(let incarnation): start(incarnation)
        case .wait: break
        }
    }

    private enum Admission {
        case run(Incarnation)
        case start(Incarnation)
        case wait
    }

    /// Runs an event in a task of its own, so that a reset can answer its caller whatever the code does.
    func begin(_ event: any ObjectEvent, in incarnation: Incarnation) {
        Task.detached(executorPreference: self) { [self] in
            await CurrentObject.$incarnation.withValue(incarnation) {
                await run(event, in: incarnation)
            }
        }
    }

    private func run(_ event: any ObjectEvent, in incarnation: Incarnation) async {
        if let death = incarnation.death {
            event.fail(death)
        } else {
            incarnation.inFlight.insert(event)
            await event.run(in: incarnation)
            incarnation.inFlight.remove(event)
        }
        ended(incarnation)
    }

    private func ended(_ incarnation: Incarnation) {
        let idle = life.withLock { life in
            guard life.incarnation === incarnation else { return false }
            life.admitted -= 1
            return life.admitted == 0
        }
        if idle { host.evictor.becameIdle(incarnation) }
    }

    /// Lets a message leave once everything written before it is durable; on the cell.
    package func passOutputGate(
        of incarnation: Incarnation, _ message: @escaping @Sendable (DurableObjectError?) -> Void
    ) {
        if let death = incarnation.death { return message(death) }
        if host.limits.breaksOutputGate { return message(nil) }
        let stamp = incarnation.storage.openIsConfirmed ? lastSealed + 1 : lastConfirmed
        if stamp > lastSealed { promised = stamp }
        gate.withLock { gate in
            if let now = gate.pass(message, stamp: stamp) { now(nil) }
        }
    }

    /// Holds a call that the current object makes until what it wrote before is durable.
    static func passCallersOutputGate() async throws {
        guard let incarnation = CurrentObject.incarnation else { return }
        let cell = incarnation.cell
        if cell.isCurrent {
            if let death = incarnation.death { throw death }
            let isClear = cell.lastConfirmed <= cell.durable.load(ordering: .acquiring)
            if isClear, !incarnation.storage.openIsConfirmed { return }
        }
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
