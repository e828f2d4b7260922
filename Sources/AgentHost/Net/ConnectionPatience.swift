/// Decides how long a connection may stay as it is: the pure part of its timeouts.
package struct ConnectionPatience: Sendable {
    /// Times in nanoseconds.
    package struct Limits: Sendable, Equatable {
        /// How long a connection may be open without a request: 75 seconds.
        package var idle: UInt64 = 75_000_000_000
        /// How long the head of a request may take from its first byte: 15 seconds.
        package var head: UInt64 = 15_000_000_000
        /// How long the body of a request may stand still: 60 seconds.
        package var body: UInt64 = 60_000_000_000
        /// How long what a refused client still sends is read, so that it gets the answer: 2 seconds.
        package var linger: UInt64 = 2_000_000_000

        package init() {}
    }

    /// What a connection waits for.
    package enum Phase: Sendable, Equatable {
        /// For the first byte of a request.
        case idle
        /// For the rest of a request's head.
        case head
        /// For the rest of a request's body, of which so many pieces have come.
        case body(pieces: Int)
        /// For nothing of the client's: a request is answered, or it is a socket.
        case serving
        /// For the end of a client that was refused.
        case lingering
    }

    package private(set) var phase = Phase.idle
    private var since: UInt64
    private let limits: Limits

    package init(limits: Limits, now: UInt64) {
        self.limits = limits
        since = now
    }

    /// Takes what the connection waits for now; time counts from when that changed.
    package mutating func enter(_ phase: Phase, now: UInt64) {
        guard phase != self.phase else { return }
        self.phase = phase
        since = now
    }

    /// When it is too late, as uptime; nil when it may last as long as it likes.
    package var deadline: UInt64? {
        switch phase {
        case .idle: since + limits.idle
        case .head: since + limits.head
        case .body: since + limits.body
        case .serving: nil
        case .lingering: since + limits.linger
        }
    }
}
