import Glibc

/// Where a supervisor takes the time from.
struct SupervisorClock {
    /// Milliseconds since 1970, for records.
    var wall: () -> Int
    /// Milliseconds that never jump, for deadlines.
    var monotonic: () -> Int

    static var system: SupervisorClock {
        SupervisorClock(wall: { read(CLOCK_REALTIME) }, monotonic: { read(CLOCK_MONOTONIC) })
    }

    private static func read(_ clock: clockid_t) -> Int {
        var time = timespec()
        // safe because clock_gettime fills the structure it is given.
        unsafe clock_gettime(clock, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
