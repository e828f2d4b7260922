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

        var key: ObjectIdentifier? {
            switch self {
            case .outside: nil
            case .inside(let section): ObjectIdentifier(section)
            }
        }
    }

    /// That of each section which has not ended and, while there is any, the outermost: none in an open gate.
    private var levels: [ObjectIdentifier?: Level] = [:]

    package init() {}

    /// Whether no section is active, so that everything may run.
    package var isOpen: Bool { levels.isEmpty }

    /// How many wait for sections to end or to begin.
    package var waitingCount: Int { levels.values.reduce(0) { $0 + $1.waiters.count } }

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
        guard let ended = levels[ObjectIdentifier(section)] else { return [] }
        if ended.active != nil {
            levels[ObjectIdentifier(section)]?.hasEnded = true
            return []
        }
        levels[ObjectIdentifier(section)] = nil
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
        let outermost = levels.removeValue(forKey: nil)?.waiters ?? []
        let waiters = levels.values.reduce(outermost) { $0 + $1.waiters }
        self = InputGate()
        return waiters
    }

    /// Gives the memory of an open gate back.
    package mutating func shrink() { if isOpen { levels = [:] } }

    private mutating func begin(_ section: CriticalSection, at place: Place) {
        precondition(level(place).active == nil, "A level has one active section at a time.")
        change(place) { $0.active = section }
        levels[ObjectIdentifier(section)] = Level()
    }

    private mutating func admitAgain(at place: Place) -> [Waiter] {
        let waiting = level(place).waiting
        switch place {
        // Nothing is inside any more either: a section ends after those inside of it.
        case .outside: levels[nil] = nil
        case .inside: change(place) { $0.waiting = [] }
        }
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
            if levels[ObjectIdentifier(each)] != nil { return .inside(each) }
            next = each.parent
        }
        return .outside
    }

    private func level(_ place: Place) -> Level { levels[place.key, default: Level()] }

    private mutating func change(_ place: Place, _ body: (inout Level) -> Void) {
        body(&levels[place.key, default: Level()])
    }
}
