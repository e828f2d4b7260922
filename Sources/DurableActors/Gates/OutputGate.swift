/// Decides when something may leave an object: the pure part of the gate.
///
/// What it is: a watermark. Everything that leaves is stamped with the number of the last batch that was sealed, or is
/// being written, before it; it goes out once that batch is on disk. When it holds: with nothing unwritten a message
/// leaves at once; later writes never delay it. What breaks without it: a client could be told of a write that a crash
/// then takes back. Stamps never fall, so the queue is in order and messages on one channel keep theirs.
package struct OutputGate<Message>: ~Copyable {
    private var waiting: ReadyQueue<(stamp: UInt64, message: Message)>
    /// The stamp of the first message that waits, which so need not be looked at; the largest number when none does.
    private var firstStamp = UInt64.max
    /// Every batch up to this number is on disk.
    package private(set) var durable: UInt64 = 0

    package init() { waiting = ReadyQueue() }

    package var isIdle: Bool { waiting.isEmpty }

    /// Keeps a message behind the earlier ones; false when it may leave now.
    package mutating func keep(_ message: consuming Message, stamp: UInt64) -> Bool {
        if waiting.isEmpty {
            if stamp <= durable { return false }
            firstStamp = stamp
        }
        waiting.append((stamp, message))
        return true
    }

    /// Raises the watermark and hands over what may leave now, in order.
    package mutating func raise(to sequence: UInt64, _ release: (Message) -> Void) {
        durable = max(durable, sequence)
        while firstStamp <= durable, let entry = waiting.popFirst() {
            firstStamp = waiting.first?.stamp ?? .max
            release(entry.message)
        }
    }

    /// Gives the memory of an idle gate back.
    package mutating func shrink() { waiting.shrink() }

    /// Hands over everything that waits, for it to fail.
    package mutating func breakOpen(_ fail: (Message) -> Void) {
        firstStamp = .max
        while let entry = waiting.popFirst() { fail(entry.message) }
    }
}
