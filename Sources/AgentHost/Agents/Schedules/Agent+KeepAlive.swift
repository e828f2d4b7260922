internal import Distributed
internal import DurableActors

extension Agent {
    /// Keeps the agent in memory until what this returns is called, once or more; a crash ends it.
    public func keepAlive() async throws -> @Sendable () async -> Void {
        try await ensureStarted()
        let lease = core.nextLease
        core.nextLease += 1
        core.leases.insert(lease)
        try setNextAlarm()
        return { [self] in _ = await whenLocal { $0.release(lease) } }
    }

    /// Keeps the agent in memory while a closure runs.
    public func keepAliveWhile<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let release = try await keepAlive()
        do {
            let result = try await body()
            await release()
            return result
        } catch {
            await release()
            throw error
        }
    }

    private func release(_ lease: Int) {
        guard core.leases.remove(lease) != nil, core.leases.isEmpty else { return }
        do {
            try setNextAlarm()
        } catch {
            log.error("The alarm of \(Self.className) \(name) could not be set: \(error)")
        }
    }
}
