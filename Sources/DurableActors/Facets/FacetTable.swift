internal import Locks

/// The facets that one life of an object has asked for, as a value.
struct FacetTable: Sendable {
    struct Entry: Sendable {
        let cell: ObjectCell
        /// What all stubs of the facet share, from its `get` to its end.
        let link: StubLink
    }

    private var entries: [String: Entry] = [:]
    private var ending: LifeEnd?

    /// The link of a facet's stubs, a new one when the one before is broken.
    mutating func link(of name: String, _ cell: ObjectCell) throws(DurableObjectError) -> StubLink {
        if let ending { throw ending.error }
        if let entry = entries[name], entry.cell === cell, !entry.link.isBroken { return entry.link }
        let link = StubLink()
        entries[name] = Entry(cell: cell, link: link)
        return link
    }

    /// Those that are in memory, and some that have left it.
    var cells: [ObjectCell] { entries.values.map(\.cell) }

    /// Breaks the stubs of a facet that has ended by itself.
    func breakLink(of cell: ObjectCell, because error: DurableObjectError) {
        for entry in entries.values where entry.cell === cell { entry.link.breakOff(error) }
    }

    /// Takes out one facet, to be ended.
    mutating func take(_ name: String) -> Entry? { entries.removeValue(forKey: name) }

    /// Takes out every facet, to be ended; none can be had afterwards.
    mutating func takeAll(because error: DurableObjectError) -> [Entry] {
        ending = LifeEnd(error)
        defer { entries = [:] }
        return Array(entries.values)
    }
}

/// Isolation: any thread, since the end of an object ends the facets of its facets at once, whatever cell they are on.
extension Incarnation {
    /// Ends one facet with those inside it.
    func endFacet(_ name: String, because error: DurableObjectError, isRemoved: Bool) {
        if let entry = facets.withLock({ $0.take(name) }) { Self.end(entry, because: error, isRemoved: isRemoved) }
    }

    /// Ends every facet with those inside it; none can be had afterwards.
    func endFacets(because error: DurableObjectError, isRemoved: Bool = false) {
        for entry in facets.withLock({ $0.takeAll(because: error) }) {
            Self.end(entry, because: error, isRemoved: isRemoved)
        }
    }

    private static func end(_ entry: FacetTable.Entry, because error: DurableObjectError, isRemoved: Bool) {
        entry.link.breakOff(error)
        entry.cell.endFacet(because: error, isRemoved: isRemoved)
    }
}
