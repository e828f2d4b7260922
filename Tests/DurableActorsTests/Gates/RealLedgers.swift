import DurableActors
import DurableActorsTestKit

/// Ledgers on real threads, whose commits may wait for a disk.
func realLedgers(
    on store: MemoryStore,
    limits: HostLimits = HostLimits()
) throws -> (DurableObjectRuntime, DurableObjectNamespace<Ledger>) {
    let runtime = try DurableObjectRuntime(
        world: World(clock: SystemClock(), random: SystemRandom(), scheduler: WorkerPool(workers: 2)),
        store: store,
        limits: limits
    )
    runtime.core.committer.startThread()
    let witness = try runtime.register(
        Witness.self,
        binding: "W",
        uniqueKey: "w",
        environment: WitnessEnvironment { _ in }
    )
    let ledgers = try runtime.register(Ledger.self, binding: "L", uniqueKey: "l")
    try runtime.start(environment: LedgerEnvironment(witness: witness))
    return (runtime, ledgers)
}
