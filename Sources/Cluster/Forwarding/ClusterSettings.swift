/// Times and bounds of a node among others; times are in nanoseconds.
package struct ClusterSettings: Sendable {
    /// How long a call waits for a node that cannot be reached, or for a shard that is on its way: 10 seconds.
    package var patience: UInt64 = 10_000_000_000
    /// How long after the loss of a link it is sought again: 50 milliseconds.
    package var pause: UInt64 = 50_000_000
    /// How often keepers say again what may have been lost: every second.
    package var tick: UInt64 = 1_000_000_000
    /// How long an orderly end waits for streams: 5 seconds.
    package var goodbye: UInt64 = 5_000_000_000
    /// How many callbacks and streams of this node another one may hold.
    package var handles = 4096
    /// Bounds of the links.
    package var links = LinkLimits()

    /// The defaults.
    package init() {}
}
