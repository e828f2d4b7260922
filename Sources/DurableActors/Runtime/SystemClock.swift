internal import Glibc

/// The machine's own clocks.
public struct SystemClock: WorldClock {
    /// Makes the clock; it has no state.
    public init() {}

    /// Wall-clock time in milliseconds since 1970, from `CLOCK_REALTIME`.
    public var nowMilliseconds: Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Nanoseconds since boot, from `CLOCK_MONOTONIC`.
    public var uptimeNanoseconds: UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds since boot as of the kernel's last tick, from `CLOCK_MONOTONIC_COARSE`.
    public var coarseUptimeNanoseconds: UInt64 {
        let time = read(CLOCK_MONOTONIC_COARSE)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // Safe because the pointer is to a local that outlives the call; these clocks always exist on Linux.
        unsafe clock_gettime(clock, &time)
        return time
    }
}
