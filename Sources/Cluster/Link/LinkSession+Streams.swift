/// What the owner does with the streams of a link that stands.
extension LinkSession {
    /// Opens a stream; the openings leave in the order of these calls.
    package mutating func open(kind: UInt8, message: [UInt8], deadline: UInt64?) throws(LinkError) -> UInt64 {
        guard phase == .open, !isPeerLeaving, !streams.isLeaving else { throw .closed }
        return try streams.open(kind: kind, message: message, deadline: deadline)
    }

    /// Whether a message that waits for credit, and for room on the link, may be queued now; also where that throws.
    package func maySend(_ stream: UInt64) -> Bool { streams.maySend(stream) }

    /// Whether there is room again for messages that wait for the network.
    package var hasRoom: Bool { streams.hasRoom }

    /// How many bytes of a stream wait.
    package func buffered(_ stream: UInt64) -> Int { streams.buffered(stream) }

    /// Queues a message; `isPatient` where `maySend` has allowed it.
    package mutating func send(_ stream: UInt64, _ message: [UInt8], isPatient: Bool) throws(LinkError) {
        try streams.send(stream, message, isPatient: isPatient)
    }

    /// Has a stream stand while the link does: a goodbye does not wait for it.
    package mutating func stand(_ stream: UInt64) {
        streams.stand(stream)
        endIfDone()
    }

    /// Ends this direction of a stream.
    package mutating func finish(_ stream: UInt64) { streams.finish(stream) }

    /// Ends a stream; the other side hears the error.
    package mutating func reset(_ stream: UInt64, _ error: LinkError) {
        streams.reset(stream, error)
        endIfDone()
    }

    /// Gives credit back for messages that their reader is done with.
    package mutating func consumed(_ stream: UInt64, bytes: Int, messages: Int) {
        streams.consumed(stream, cost: LinkStreamState.cost(bytes: bytes, messages: messages))
    }

    /// Whether `takeOutput` would give anything.
    package var hasOutput: Bool { streams.hasOutput }

    /// Takes what is to be sent now, about `maximum` bytes at most.
    package mutating func takeOutput(atMost maximum: Int, now: UInt64) -> [UInt8] {
        defer { if phase != .over { endIfDone() } }
        return streams.fill(atMost: maximum, now: now)
    }
}
