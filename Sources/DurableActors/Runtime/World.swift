/// Everything a host takes from outside: time, randomness and the scheduling of work.
///
/// The disk comes in as a `StorageEngine` and the network as transports. Under test the same code runs in a
/// simulated world, where time moves only on demand and a seed decides which ready object runs next.
public struct World: Sendable {
    /// Wall clock and uptime.
    public let clock: any WorldClock
    /// Ids, tickets and jitter.
    public let random: any RandomSource
    /// What runs ready objects and fires timers.
    public let scheduler: any Scheduler

    /// Puts a world together from its parts.
    public init(clock: any WorldClock, random: any RandomSource, scheduler: any Scheduler) {
        self.clock = clock
        self.random = random
        self.scheduler = scheduler
    }
}
