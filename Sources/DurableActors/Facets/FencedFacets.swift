internal import Locks

/// The places of facets that were given up, as long as what they have logged is with their cells.
///
/// What gave one up may be taken back, as when its parent is aborted in that turn. The facet is there again then, under a
/// new cell, which knows nothing of what the old one has logged: so that is brought into the store first. What the old one
/// had on its way to the disk may still land, though nobody was told so; the new one waits for that too, since a life sees
/// all of a batch, or none of it, from its beginning to its end.
final class FencedFacets: Sendable {
    private let cells = Mutex<[ObjectLocator: Int]>([:])

    /// A cell is found no more at its place.
    func add(_ place: ObjectLocator) { cells.withLock { $0[place, default: 0] += 1 } }

    /// Such a cell is gone, and what it had logged is in the store.
    func remove(_ place: ObjectLocator) {
        cells.withLock { cells in
            let left = (cells[place] ?? 1) - 1
            cells[place] = left == 0 ? nil : left
        }
    }

    func has(_ place: ObjectLocator) -> Bool { cells.withLock { $0[place] != nil } }
}

extension HostCore {
    var fencedFacets: FencedFacets { part(FencedFacets.self) { FencedFacets() } }
}
