internal import Locks

extension WebSocket {
    /// How many bytes sent at this end wait in the host because the network has not taken them yet.
    ///
    /// Counts encoded frames. What waits for the object's writes to be durable is not in it, and it is 0 where the other
    /// end is not tied to the network.
    public var bufferedAmount: Int {
        guard let other = otherEnd, let receiver = other.state.withLock({ $0.receiver }) else { return 0 }
        return receiver.bufferedBytes
    }

    /// Says what happens when the peer reads more slowly than this end sends; holds from now on, and survives
    /// hibernation.
    public func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) {
        otherEnd?.state.withLock { state in
            state.slowConsumerPolicy = policy
            state.receiver?.setSlowConsumerPolicy(policy)
        }
    }
}
