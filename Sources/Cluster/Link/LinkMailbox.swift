/// What waits for the receiver of one stream, and whether it is being delivered.
struct LinkMailbox: Sendable {
    enum Delivery: Sendable {
        case message([UInt8])
        case ended
        case failed(LinkError)
    }

    private var waiting: [Delivery] = []
    private var receiver: (any LinkReceiver)?
    private var isDelivering: Bool
    /// Whether nothing further is taken.
    private var isClosed = false

    /// Without a receiver everything waits for `begin`.
    init(_ receiver: (any LinkReceiver)?) {
        self.receiver = receiver
        isDelivering = receiver == nil
    }

    /// Adds something; true for who is to deliver what waits.
    mutating func add(_ delivery: Delivery) -> Bool {
        guard !isClosed else { return false }
        waiting.append(delivery)
        if case .failed = delivery { isClosed = true }
        defer { isDelivering = true }
        return !isDelivering
    }

    /// Sets the receiver; the caller is to deliver what waits.
    mutating func begin(_ receiver: any LinkReceiver) { self.receiver = receiver }

    /// What is to be delivered next; nil when there is nothing, which ends the delivering.
    mutating func next() -> (any LinkReceiver, [Delivery])? {
        guard let receiver, !waiting.isEmpty else {
            isDelivering = false
            if isClosed { receiver = nil }
            return nil
        }
        defer { waiting = [] }
        return (receiver, waiting)
    }

    /// Takes nothing further; what waits is delivered.
    mutating func finish() {
        isClosed = true
        if !isDelivering { receiver = nil }
    }

    /// Takes nothing further, and drops what waits.
    mutating func close() {
        waiting = []
        finish()
    }
}
