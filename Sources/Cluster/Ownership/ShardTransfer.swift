/// The number of one attempt to bring a shard from its owner to another node; never used again.
///
/// A shard has one owner in each term, and only the owner of a term makes transfers of the next, so the transfers of a
/// shard are in one order everywhere: whoever has taken part in one knows all lower ones to be over.
package struct ShardTransfer: Sendable, Hashable, Comparable, Codable {
    /// The term of ownership that begins if the transfer comes to its end.
    package let term: UInt64
    /// Which start of the giving node made it.
    package let start: UInt64
    /// Which of that start's transfers it is.
    package let number: UInt64

    package init(term: UInt64, start: UInt64, number: UInt64) {
        self.term = term
        self.start = start
        self.number = number
    }

    /// Lower than all others.
    package static let none = ShardTransfer(term: 0, start: 0, number: 0)
    /// By which the nodes of the first membership own their shards.
    package static let founding = ShardTransfer(term: 1, start: 0, number: 0)

    package static func < (left: ShardTransfer, right: ShardTransfer) -> Bool {
        (left.term, left.start, left.number) < (right.term, right.start, right.number)
    }
}
