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
}
