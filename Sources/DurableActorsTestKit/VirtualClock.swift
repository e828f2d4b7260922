public import DurableActors
internal import Synchronization

/// A clock that moves only when its world moves it; wall time and uptime move together.
public final class VirtualClock: WorldClock {
    private let epochMilliseconds: Int64
    private let uptime = Atomic<UInt64>(0)
    private let jump = Atomic<Int64>(0)

    /// Starts at a wall-clock time in milliseconds since 1970, with an uptime of zero.
    public init(epochMilliseconds: Int64) { self.epochMilliseconds = epochMilliseconds }

    /// Wall-clock time in milliseconds since 1970.
    public var nowMilliseconds: Int64 {
        epochMilliseconds + jump.load(ordering: .relaxed) + Int64(uptimeNanoseconds / 1_000_000)
    }

    /// Nanoseconds since the clock was made.
    public var uptimeNanoseconds: UInt64 { uptime.load(ordering: .relaxed) }

    /// Sets the wall clock forward or back, as an administrator would; uptime does not notice.
    public func jumpWallClock(byMilliseconds milliseconds: Int64) {
        jump.wrappingAdd(milliseconds, ordering: .relaxed)
    }

    func move(toUptime nanoseconds: UInt64) {
        precondition(nanoseconds >= uptimeNanoseconds, "Uptime never goes back.")
        uptime.store(nanoseconds, ordering: .relaxed)
    }
}
