/// Times and bounds of a node among others; times are in nanoseconds.
package struct ClusterSettings: Sendable {
    /// How long a call waits for a node that cannot be reached, or for a shard that is on its way: 10 seconds.
    package var patience: UInt64 = 10_000_000_000
    /// How long the objects of a shard that is to go to another node may take to come to rest: 5 seconds.
    ///
    /// What still runs then is reset, and so are sockets ended whose other node has not answered.
    package var rest: UInt64 = 5_000_000_000
    /// How long after the loss of a link it is sought again: 50 milliseconds.
    package var pause: UInt64 = 50_000_000
    /// How often keepers say again what may have been lost: every second.
    package var tick: UInt64 = 1_000_000_000
    /// How long an orderly end waits for streams: 5 seconds.
    package var goodbye: UInt64 = 5_000_000_000
    /// How large the parts are in which a shard travels: 64 KiB, or one row.
    package var bundlePart = 64 << 10
    /// How much of a shard that comes waits in memory before it is written, beside what the link lets be on its way: 1 MiB.
    package var bundleBytes = 1 << 20
    /// What can be set of the keeper of shards.
    package var keeper = KeeperSettings()
    /// How many callbacks and streams of this node another one may hold.
    package var handles = 4096
    /// Bounds of the links.
    package var links = LinkLimits()
    /// Whether the thread that performs what was decided stops before the next step, as the system may stop it anywhere.
    ///
    /// What others decide meanwhile comes behind. A simulation says it by its seed, since its one thread never stops by itself.
    package var isHeldUp: @Sendable () -> Bool = { false }

    /// The defaults.
    package init() {}
}
