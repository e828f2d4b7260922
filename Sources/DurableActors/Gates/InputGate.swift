/// Decides when an event may enter an object: the pure part of the gate.
///
/// What it is: a queue in order of arrival and a count of critical sections. When it holds: while the object starts
/// and while `blockConcurrencyWhile` runs, no other event enters; otherwise an event enters at once. What breaks
/// without it: a request that arrives during a migration in the constructor would see half of it. Storage operations
/// need no lock here: they never suspend, so nothing can come between.
package struct InputGate<Event> {
    private var waiting: [Event] = []
    private var sections = 0

    package init() {}

    package var isOpen: Bool { sections == 0 }
    package var waitingCount: Int { waiting.count }

    /// Whether an event may enter now; one that may not is kept, behind those that came before.
    package mutating func admit(_ event: Event) -> Bool {
        if isOpen, waiting.isEmpty { return true }
        waiting.append(event)
        return false
    }

    /// Closes the gate for one more section.
    package mutating func close() { sections += 1 }

    /// Ends one section and returns who may enter now, in order of arrival.
    package mutating func open() -> [Event] {
        precondition(sections > 0, "A gate is opened once for each time it was closed.")
        sections -= 1
        guard isOpen else { return [] }
        defer { waiting = [] }
        return waiting
    }

    /// Empties the gate for an object that is reset; returns who waited.
    package mutating func drain() -> [Event] {
        defer {
            waiting = []
            sections = 0
        }
        return waiting
    }
}
