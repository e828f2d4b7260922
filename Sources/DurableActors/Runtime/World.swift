/// Everything a host takes from outside: time, randomness and the scheduling of work.
///
/// The disk comes in as a store. Under test the same code runs in a simulated world, where time moves only on demand, a
/// seed decides which ready object runs next, and other servers say what the test has them say.
public struct World: Sendable {
    /// Wall clock and uptime.
    public let clock: any WorldClock
    /// Ids, tickets and jitter.
    public let random: any RandomSource
    /// What runs ready objects and fires timers.
    public let scheduler: any Scheduler
    /// What `fetch` goes out by.
    public let network: any Network

    /// Puts a world together from its parts; without a network every `fetch` to the outside fails.
    public init(
        clock: any WorldClock,
        random: any RandomSource,
        scheduler: any Scheduler,
        network: (any Network)? = nil
    ) {
        self.clock = clock
        self.random = random
        self.scheduler = scheduler
        self.network = network ?? NoNetwork()
    }
}
