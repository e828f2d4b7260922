internal import Locks

/// Finds the one cell of an object.
///
/// The table refers to cells weakly: a cell lives while a stub, a living incarnation or a write on its way refers to
/// it. So an id has a second cell only after the first one is gone with all it did, never beside it.
package final class CellTable: Sendable {
    /// A power of two.
    private static let stripes = 16

    /// What a cell is found by: facets have the ids of their parents, but rows of their own.
    enum Key: Hashable {
        case object(ClassNumber, ObjectIdentity)
        case facet(number: UInt64)
    }

    private struct Entry {
        weak var cell: ObjectCell?
    }

    private final class Stripe: Sendable {
        let entries = Mutex<[Key: Entry]>([:])
    }

    private let table = (0..<stripes).map { _ in Stripe() }
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// The cell of an object, made if there is none.
    package func cell(of objectClass: ObjectClass, _ id: DurableObjectId) -> ObjectCell {
        cell(.object(objectClass.number, id.identity)) { ObjectCell(host: host, objectClass: objectClass, id: id) }
    }

    /// The cell of a facet, made if there is none.
    func cell(of seat: FacetSeat, make: () -> ObjectCell) -> ObjectCell {
        cell(.facet(number: seat.record.number), make: make)
    }

    private func cell(_ key: Key, make: () -> ObjectCell) -> ObjectCell {
        stripe(key).entries.withLock { entries in
            if let cell = entries[key]?.cell, !host.limits.faults.contains(.manyInstances) { return cell }
            let cell = make()
            entries[key] = Entry(cell: cell)
            return cell
        }
    }

    /// The cell of an object, if there is one.
    func known(_ objectClass: ObjectClass, _ id: DurableObjectId) -> ObjectCell? {
        known(.object(objectClass.number, id.identity))
    }

    /// The cell of the facet whose rows have that number, if there is one.
    func knownFacet(_ number: UInt64) -> ObjectCell? { known(.facet(number: number)) }

    private func known(_ key: Key) -> ObjectCell? { stripe(key).entries.withLock { $0[key]?.cell } }

    /// Gives the place of a cell free that writes nothing any more.
    func retire(_ cell: ObjectCell) {
        let key = cell.tableKey
        stripe(key).entries.withLock { if $0[key]?.cell === cell { $0[key] = nil } }
    }

    /// Drops the entry of a cell that is gone, unless a new cell has taken its place.
    func forget(_ key: Key) {
        stripe(key).entries.withLock { entries in
            if let entry = entries[key], entry.cell == nil { entries[key] = nil }
        }
    }

    /// Every cell in memory.
    package func all() -> [ObjectCell] {
        table.flatMap { $0.entries.withLock { $0.values.compactMap(\.cell) } }
    }

    private func stripe(_ key: Key) -> Stripe {
        switch key {
        case .object(_, let identity): table[Int(truncatingIfNeeded: identity.words.3) & (Self.stripes - 1)]
        case .facet(let number): table[Int(truncatingIfNeeded: number) & (Self.stripes - 1)]
        }
    }
}

extension ObjectCell {
    var tableKey: CellTable.Key {
        seat.map { .facet(number: $0.record.number) } ?? .object(objectClass.number, id.identity)
    }
}
