/// Ways in which a host can be made wrong on purpose, by which the checkers of tests are shown to catch one.
package struct DeliberateFaults: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Everything leaves objects before it is durable.
    package static let openOutputGate = DeliberateFaults(rawValue: 1)
    /// Every stub has a cell of its own, so that a name has several living objects.
    package static let manyInstances = DeliberateFaults(rawValue: 2)
    /// What a transaction wrote is kept when it is rolled back.
    package static let keptRollbacks = DeliberateFaults(rawValue: 4)
    /// The scheduler is not told of alarms that are set.
    package static let silentAlarms = DeliberateFaults(rawValue: 8)
    /// Sealed batches are forgotten before they are on disk.
    package static let earlyTrim = DeliberateFaults(rawValue: 16)
    /// Objects forget what is in the log before their store has it.
    package static let forgottenLog = DeliberateFaults(rawValue: 32)
    /// What comes back from outside goes on within somebody else's critical section.
    package static let openInputGate = DeliberateFaults(rawValue: 64)
    /// What a turn wrote to its database is committed with a later turn.
    package static let lateDatabase = DeliberateFaults(rawValue: 128)
    /// A facet that is removed keeps its rows.
    package static let keptFacets = DeliberateFaults(rawValue: 256)
    /// A facet that is removed lives on.
    package static let livingFacets = DeliberateFaults(rawValue: 512)
    /// A copy of a facet has none of its rows.
    package static let emptyCopies = DeliberateFaults(rawValue: 1024)
    /// Whether an object is here is asked some time before the event enters.
    package static let askedEarly = DeliberateFaults(rawValue: 2048)
    /// Clients of other nodes are not asked to pause while their object moves.
    package static let unpausedClients = DeliberateFaults(rawValue: 4096)
    /// Objects get numbers that others of a shard which has come have already.
    package static let reusedNumbers = DeliberateFaults(rawValue: 8192)
    /// Alarms that came due while their shard was on its way are passed over.
    package static let missedAlarms = DeliberateFaults(rawValue: 16384)
    /// A shard that is given away is served on by the node that had it.
    package static let servedOn = DeliberateFaults(rawValue: 32768)
}
