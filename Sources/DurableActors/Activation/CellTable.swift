internal import Locks

/// Finds the one cell of an object.
///
/// The table does not keep cells: one lives while a stub, a living incarnation or a write on its way refers to it. So an id
/// has a second cell only after the first one is gone with all it did, never beside it. A cell takes its entry out as it
/// ends, under the lock under which it is looked up; one that is found while it waits for that lock counts as gone. These
/// are not Swift's weak references, with which an object counts the others too in memory apart from it, at every use.
package final class CellTable: Sendable {
    /// A power of two.
    private static let stripes = 16

    /// What a cell is found by: facets have the ids of their parents, but rows of their own.
    enum Key: Hashable {
        case object(ClassNumber, ObjectIdentity)
        case facet(ObjectLocator)

        /// Hardly ever that of two keys: ids are the output of a keyed hash or random.
        var number: UInt64 {
            switch self {
            case .object(let classNumber, let identity): identity.words.1 &+ UInt64(classNumber.value)
            case .facet(let place): place.number &+ UInt64(place.shard.value) << 48
            }
        }
    }

    /// What was found under a key, to be let go of after the lock, since the end of a cell comes back to the table.
    private struct Found: Sendable {
        let cell: ObjectCell?
        /// A cell of another key that has this key's number.
        let other: ObjectCell?
    }

    /// Entries by keys: nearly all by a number made from the key, for the cell has the whole of it.
    private struct Entries {
        private var numbered: [UInt64: UncountedReference<ObjectCell>] = [:]
        /// Those whose number another cell had.
        private var others: [Key: UncountedReference<ObjectCell>] = [:]

        func find(_ key: Key) -> Found {
            let first = numbered[key.number]?.object
            if let first, first.tableKey == key { return Found(cell: first, other: nil) }
            return Found(cell: others.isEmpty ? nil : others[key]?.object, other: first)
        }

        mutating func put(_ cell: ObjectCell, _ key: Key, where found: Found) {
            if found.other == nil {
                numbered[key.number] = UncountedReference(cell)
            } else {
                others[key] = UncountedReference(cell)
            }
        }

        mutating func remove(_ cell: ObjectCell, _ key: Key) {
            if let entry = numbered[key.number], entry.isOf(cell) {
                numbered[key.number] = nil
            } else if let entry = others[key], entry.isOf(cell) {
                others[key] = nil
            }
        }

        var cells: [ObjectCell] { numbered.values.compactMap(\.object) + others.values.compactMap(\.object) }
    }

    private final class Stripe: Sendable {
        let entries = Mutex(Entries())
    }

    private let table = (0..<stripes).map { _ in Stripe() }
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// The cell of an object, made if there is none.
    package func cell(of objectClass: ObjectClass, _ id: DurableObjectId) -> ObjectCell {
        cell(.object(objectClass.number, id.identity)) { ObjectCell(host: host, objectClass: objectClass, id: id) }
    }

    /// The cell of a facet, made if there is none.
    func cell(of seat: FacetSeat, in shard: ShardIndex, make: () -> ObjectCell) -> ObjectCell {
        cell(.facet(ObjectLocator(shard: shard, number: seat.record.number)), make: make)
    }

    private func cell(_ key: Key, make: () -> ObjectCell) -> ObjectCell {
        var made: ObjectCell?
        let found = look(key) { entries, found in
            guard found.cell == nil || host.limits.faults.contains(.manyInstances) else { return }
            let cell = make()
            entries.put(cell, key, where: found)
            made = cell
        }
        guard let cell = made ?? found.cell else { preconditionFailure("A cell that is not found is made.") }
        return cell
    }

    /// The cell of an object, if there is one.
    func known(_ objectClass: ObjectClass, _ id: DurableObjectId) -> ObjectCell? {
        known(.object(objectClass.number, id.identity))
    }

    /// The cell of the facet whose rows are there, if there is one.
    func knownFacet(_ place: ObjectLocator) -> ObjectCell? { known(.facet(place)) }

    /// The cell with a key, if there is one.
    func known(_ key: Key) -> ObjectCell? { look(key) { _, _ in }.cell }

    /// Gives the place of a cell free that writes nothing any more, or that ends, unless a new cell has taken it.
    func forget(_ cell: ObjectCell) {
        let key = cell.tableKey
        stripe(key).entries.withLock { $0.remove(cell, key) }
    }

    private func look(_ key: Key, _ change: (inout Entries, Found) -> Void) -> Found {
        stripe(key).entries.withLock { entries in
            let found = entries.find(key)
            change(&entries, found)
            return found
        }
    }

    /// Every cell in memory.
    package func all() -> [ObjectCell] {
        table.flatMap { $0.entries.withLock { $0.cells } }
    }

    private func stripe(_ key: Key) -> Stripe {
        switch key {
        case .object(_, let identity): table[Int(truncatingIfNeeded: identity.words.3) & (Self.stripes - 1)]
        case .facet(let place): table[Int(truncatingIfNeeded: place.number) & (Self.stripes - 1)]
        }
    }
}

extension ObjectCell {
    var tableKey: CellTable.Key { place.map { .facet($0) } ?? .object(objectClass.number, id.identity) }
}
