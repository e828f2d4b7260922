internal import Locks
internal import struct Synchronization.Atomic

/// Critical sections, and the gate that holds everything else while one runs.
///
/// An event is held before it begins. A task that runs already is held where it comes back from something that the
/// runtime knows it waited for: a timer, a call, a flush. It asks again after it was let go, since a new section may have
/// begun before its turn came. What resumes a task otherwise (a continuation of the application's own, a child task) is
/// not seen here and does go on inside somebody else's section.
extension ObjectCell {
    /// A section inside the current task's; throws when it would be nested too deeply.
    func makeSection() throws -> CriticalSection {
        let section = CriticalSection(inside: CriticalSection.current)
        guard section.depth <= host.limits.blockConcurrencyDepth else {
            throw DurableObjectError(.invalidArgument, "blockConcurrencyWhile() calls are nested too deeply.")
        }
        return section
    }

    /// Runs a body alone with what it starts; the section waits for its turn, and ends whatever the body does.
    ///
    /// The current turn always ends first, so what was written before commits apart from what the body writes.
    func run<Result: Sendable>(
        _ section: CriticalSection,
        of incarnation: Incarnation,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        incarnation.holds += 1
        defer { incarnation.holds -= 1 }
        await begin(section)
        if let death = incarnation.death { throw death }
        defer { end(section, of: incarnation) }
        return try await CriticalSection.$current.withValue(section) { try await withTimeLimit(incarnation, body) }
    }

    private func begin(_ section: CriticalSection) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isActive = entrance.withLock { entrance in
                isGateClosed.store(true, ordering: .releasing)
                return entrance.request(section, .task { continuation.resume() })
            }
            if isActive { perform { continuation.resume() } }
        }
    }

    /// Ends a section and lets go on what waited for that.
    func end(_ section: CriticalSection, of incarnation: Incarnation, becomesLive: Bool = false) {
        let wake = entrance.withLock { entrance in
            guard entrance.incarnation === incarnation else { return false }
            let free = entrance.gate.end(section)
            if becomesLive {
                entrance.phase = .live
                entrance.gate.shrink()
            }
            isGateClosed.store(!entrance.gate.isOpen, ordering: .releasing)
            return entrance.release(free)
        }
        if wake { host.world.scheduler.enqueue(self) }
    }

    /// Holds the current task of the object, which has waited for something, while a section runs that it is not in.
    func passInputGate() async {
        while isGateClosed.load(ordering: .acquiring), !host.limits.faults.contains(.openInputGate) {
            let section = CriticalSection.current
            let hasWaited = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let mayGoOn = entrance.withLock { entrance in
                    entrance.gate.admit(.task { continuation.resume(returning: true) }, in: section)
                }
                if mayGoOn { continuation.resume(returning: false) }
            }
            if !hasWaited { return }
        }
    }

    /// Runs a body that resets the object when it takes too long.
    func withTimeLimit<Result: Sendable>(
        _ incarnation: Incarnation,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
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
        return try await body()
    }
}
