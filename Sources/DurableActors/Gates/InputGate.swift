/// Decides what may run in an object: the pure part of the gate.
///
/// What it is: a tree of critical sections, at most one of which is active on each level; the others of that level wait
/// in order. When it holds: whatever belongs to a section, or to none, waits while a section inside is active that it is
/// not part of; new events belong to none. So a section runs alone with what it started, the sections that it starts
/// itself run alone inside it, and one that outlives the section around it keeps that one active. What breaks without
/// it: a request that arrives during a migration in the constructor would see half of it. Storage operations need no
/// lock here: they never suspend, so nothing can come between.
package struct InputGate<Waiter> {
    /// One level of the tree: inside a section, or outside of all.
    private struct Level {
        var active: CriticalSection?
        var queued: [(section: CriticalSection, waiter: Waiter)] = []
        var waiting: [(waiter: Waiter, section: CriticalSection?)] = []
        /// The section has ended but one inside of it has not.
        var hasEnded = false

        var waiters: [Waiter] { waiting.map(\.waiter) + queued.map(\.waiter) }
    }

    private enum Place {
        case outside
        case inside(CriticalSection)
    }

    private var outside = Level()
    private var inside: [ObjectIdentifier: Level] = [:]

    package init() {}

    /// Whether no section is active, so that everything may run.
    package var isOpen: Bool { outside.active == nil }

    /// How many wait for sections to end or to begin.
    package var waitingCount: Int { inside.values.reduce(outside.waiters.count) { $0 + $1.waiters.count } }

    /// Whether what belongs to `section` may run now; the waiter of what may not is kept, behind those before it.
    package mutating func admit(_ waiter: Waiter, in section: CriticalSection?) -> Bool {
        guard let place = blockingPlace(for: section) else { return true }
        change(place) { $0.waiting.append((waiter, section)) }
        return false
    }

    /// Asks for a new section inside its parent: true when it is active now; else its waiter is kept until it is.
    package mutating func request(_ section: CriticalSection, _ waiter: Waiter) -> Bool {
        let place = place(around: section)
        guard level(place).active == nil else {
            change(place) { $0.queued.append((section, waiter)) }
            return false
        }
        begin(section, at: place)
        return true
    }

    /// Makes a section active where none is, as when an object starts.
    package mutating func begin(_ section: CriticalSection) { begin(section, at: place(around: section)) }

    /// Ends a section; returns who goes on now, in order: the next section's waiter, or all that waited for the end.
    package mutating func end(_ section: CriticalSection) -> [Waiter] {
        guard let ended = inside[ObjectIdentifier(section)] else { return [] }
        if ended.active != nil {
            inside[ObjectIdentifier(section)]?.hasEnded = true
            return []
        }
        inside[ObjectIdentifier(section)] = nil
        let place = place(around: section)
        var next: (section: CriticalSection, waiter: Waiter)?
        change(place) { level in
            // What still waits in it belongs to what is around it from now on.
            level.waiting = ended.waiting + level.waiting
            level.active = nil
            if !level.queued.isEmpty { next = level.queued.removeFirst() }
        }
        if let next {
            begin(next.section, at: place)
            return [next.waiter]
        }
        if case .inside(let parent) = place, level(place).hasEnded { return end(parent) }
        return admitAgain(at: place)
    }

    /// Empties the gate for an object that is reset; returns who waited.
    package mutating func drain() -> [Waiter] {
        let waiters = inside.values.reduce(outside.waiters) { $0 + $1.waiters }
        self = InputGate()
        return waiters
    }

    /// Gives the memory of a gate without sections back.
    package mutating func shrink() { if inside.isEmpty { inside = [:] } }

    private mutating func begin(_ section: CriticalSection, at place: Place) {
        precondition(level(place).active == nil, "A level has one active section at a time.")
        change(place) { $0.active = section }
        inside[ObjectIdentifier(section)] = Level()
    }

    private mutating func admitAgain(at place: Place) -> [Waiter] {
        let waiting = level(place).waiting
        change(place) { $0.waiting = [] }
        return waiting.filter { admit($0.waiter, in: $0.section) }.map(\.waiter)
    }

    /// Where something of a section is held up: the outermost level whose active section it is not part of.
    private func blockingPlace(for section: CriticalSection?) -> Place? {
        guard !isOpen else { return nil }
        var enclosing: Set<ObjectIdentifier> = []
        var next = section
        while let each = next {
            enclosing.insert(ObjectIdentifier(each))
            next = each.parent
        }
        var place = Place.outside
        while let active = level(place).active {
            guard enclosing.contains(ObjectIdentifier(active)) else { return place }
            place = .inside(active)
        }
        return nil
    }

    /// The nearest section around one that has not ended, or what is outside of all.
    private func place(around section: CriticalSection) -> Place {
        var next = section.parent
        while let each = next {
            if inside[ObjectIdentifier(each)] != nil { return .inside(each) }
            next = each.parent
        }
        return .outside
    }

    private func level(_ place: Place) -> Level {
        switch place {
        case .outside: outside
        case .inside(let section): inside[ObjectIdentifier(section), default: Level()]
        }
    }

    private mutating func change(_ place: Place, _ body: (inout Level) -> Void) {
        switch place {
        case .outside: body(&outside)
        case .inside(let section): body(&inside[ObjectIdentifier(section), default: Level()])
        }
    }
}
