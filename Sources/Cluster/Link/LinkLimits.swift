/// Bounds of a node's links; times are in nanoseconds.
package struct LinkLimits: Sendable {
    /// How much a stream's reader is sent beyond what it has consumed, in bytes and a little for each message.
    package var streamWindow: UInt32 = 256 << 10
    /// The longest message.
    package var maximumMessageBytes = 64 << 20
    /// How many streams the other side may have open.
    package var maximumStreams = 16_384
    /// How many bytes of all streams `send` lets wait for the network.
    package var patientBytes = 8 << 20
    /// How many bytes of all streams may wait beyond that: openings, and what was sent without waiting for credit.
    package var queuedBytes = 64 << 20
    /// How many received bytes may wait for their readers before further streams are refused.
    package var unconsumedBytes = 64 << 20
    /// How many streams may wait for a link that does not stand.
    package var waitingStreams = 4096
    /// How long they wait where their deadline is not earlier: 10 seconds.
    package var waiting: UInt64 = 10_000_000_000
    /// How long the handshake may take: 5 seconds.
    package var handshake: UInt64 = 5_000_000_000
    /// After how long a silent peer is asked whether it is there: 5 seconds.
    package var ping: UInt64 = 5_000_000_000
    /// After how long a silent peer is taken for dead: 15 seconds.
    package var silence: UInt64 = 15_000_000_000
    /// The pause after a failed attempt to connect, which doubles with each further one: 50 milliseconds.
    package var backoff: UInt64 = 50_000_000
    /// The longest pause between attempts to connect: 2 seconds.
    package var maximumBackoff: UInt64 = 2_000_000_000

    /// The defaults.
    package init() {}
}
