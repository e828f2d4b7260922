/// Ways in which the engine can be made wrong on purpose, by which the checkers of tests are shown to catch one.
package struct WorkflowFaults: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// An event leaves its queue in a transaction after the one in which its wait ends.
    package static let separateConsumption = WorkflowFaults(rawValue: 1)
    /// A sleep begins anew in each lifetime.
    package static let forgottenDeadlines = WorkflowFaults(rawValue: 2)
}
