internal import DurableActors

/// What can be set of a ``ShardKeeper``.
package struct KeeperSettings: Sendable {
    /// How many shards may be on their way from one node to another at once.
    package var transfersPerPeer = 4
    /// How many shards there are; fewer only in tests.
    package var shards = ShardIndex.count
    /// Ways in which it is wrong on purpose.
    package var faults: KeeperFaults = []

    package init() {}
}

/// Ways in which a keeper can be made wrong on purpose, by which the checkers of tests are shown to catch one.
package struct KeeperFaults: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// A shard is served as soon as its bundle is kept.
    package static let servesStaged = KeeperFaults(rawValue: 1)
    /// The rows are dropped when the receiver has a bundle, before `given` is written.
    package static let dropsEarly = KeeperFaults(rawValue: 2)
    /// A `take` is obeyed whatever its number.
    package static let ignoresTransfer = KeeperFaults(rawValue: 4)
    /// A lower epoch is taken for a new one, and a node without data founds its shards at any.
    package static let ignoresEpoch = KeeperFaults(rawValue: 8)
    /// The bundle is sent while events still run.
    package static let givesWhileRunning = KeeperFaults(rawValue: 16)
}
