package import DurableActors

/// Decides what becomes of a connection whose peer reads slowly, by how many bytes wait to be written to it.
package struct SlowConsumerRule: Sendable {
    /// What the socket has asked for; nil for the server's bound alone.
    package var policy: SlowConsumerPolicy?
    /// How many bytes the server lets wait, whatever the socket says.
    package let maximumBytes: Int

    package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Whether the connection is to be ended.
    package func ends(waiting: Int) -> Bool {
        if case .close(let bytes) = policy, waiting > bytes { return true }
        return waiting > maximumBytes
    }

    /// Whether the next message is to be dropped.
    package func drops(waiting: Int) -> Bool {
        if case .drop(let bytes) = policy { waiting > bytes } else { false }
    }

    /// Whether the peer has to read before more is read of it.
    package func holdsReading(waiting: Int) -> Bool {
        if case .wait(let bytes) = policy { waiting > bytes } else { false }
    }
}
