internal import Locks

/// Finds the one cell of an object.
///
/// The table refers to cells weakly: a cell lives while a stub, a living incarnation or a write on its way refers to
/// it. So an id has a second cell only after the first one is gone with all it did, never beside it.
package final class CellTable: Sendable {
    /// A power of two.
    private static let stripes = 16

    private struct Key: Hashable {
        let classNumber: ClassNumber
        let identity: ObjectIdentity
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
        let key = Key(classNumber: objectClass.number, identity: id.identity)
        return stripe(id).entries.withLock { entries in
            if let cell = entries[key]?.cell, !host.limits.faults.contains(.manyInstances) { return cell }
            let cell = ObjectCell(host: host, objectClass: objectClass, id: id)
            entries[key] = Entry(cell: cell)
            return cell
        }
    }

    /// The cell of an object, if there is one.
    func known(_ objectClass: ObjectClass, _ id: DurableObjectId) -> ObjectCell? {
        let key = Key(classNumber: objectClass.number, identity: id.identity)
        return stripe(id).entries.withLock { $0[key]?.cell }
    }

    /// Drops the entry of a cell that is gone, unless a new cell has taken its place.
    func forget(_ objectClass: ObjectClass, _ id: DurableObjectId) {
        let key = Key(classNumber: objectClass.number, identity: id.identity)
        stripe(id).entries.withLock { entries in
            if let entry = entries[key], entry.cell == nil { entries[key] = nil }
        }
    }

    /// Every cell in memory.
    package func all() -> [ObjectCell] {
        table.flatMap { $0.entries.withLock { $0.values.compactMap(\.cell) } }
    }

    private func stripe(_ id: DurableObjectId) -> Stripe {
        table[Int(truncatingIfNeeded: id.identity.words.3) & (Self.stripes - 1)]
    }
}
