internal import Distributed
internal import Locks

/// `ctx.facets`: objects inside this one, each with a name, a class, and storage of its own.
///
/// A facet lives at most as long in memory as its parent does, keeps the parent there while it is, and ends with it. Its
/// data belongs to the parent: it is not listed, and removed with the parent's. It runs on an executor and behind gates of
/// its own, sets no alarms, and may have facets itself, four levels with the outermost object.
///
/// Isolation: on the object's executor. A facet is made and deleted by writes of the parent's turn, which become durable
/// with it.
public struct DurableObjectFacets: Sendable {
    /// The longest name, in UTF-16 units.
    static let maximumNameLength = 256
    /// How deep facets may be nested, the outermost object included.
    static let maximumDepth = 4

    let incarnation: Incarnation

    /// A stub of the facet with that name, which need not have existed.
    ///
    /// `startup` says how it is made, each time that a call finds it not in memory; it runs as work of this object, where
    /// the call came from. A call on the stub leaves through this object's gates, whoever makes it; the stub is of no use
    /// to others. Throws for a name that is too long, for a fifth level, when the facet is in memory as another class, and
    /// for a new name within a transaction.
    public func get<Object: DurableObject>(
        _ name: String,
        _ startup: @escaping @Sendable () async throws -> FacetStartup<Object>
    ) throws -> Object {
        try incarnation.check()
        let (cell, host) = (incarnation.cell, incarnation.cell.host)
        try Self.check(name)
        let depth = cell.depth + 1
        guard depth <= Self.maximumDepth else {
            throw DurableObjectError(
                .invalidArgument,
                "Facet nesting depth limit exceeded. The maximum depth including the root Durable Object is 4."
            )
        }
        let seat = FacetSeat(record: try incarnation.makeFacet(name), depth: depth)
        let facet = host.cells.cell(of: seat, in: cell.id.shard) {
            ObjectCell(
                host: host,
                objectClass: ObjectClass(Object.self, insideOf: cell.objectClass),
                id: cell.id,
                seat: seat
            )
        }
        guard facet.objectClass.isClass(of: Object.self) else {
            throw DurableObjectError.typeError(
                "The facet \"\(name)\" is in memory as a \(facet.objectClass.className)."
            )
        }
        facet.seat?.occupy(FacetSeat.Occupancy(parent: incarnation) { FacetStart(try await startup()) })
        let link = try incarnation.facets.withLock { table throws(DurableObjectError) in try table.link(of: name, facet)
        }
        return try Object.resolve(id: ObjectReference(cell: facet, link: link), using: host.stubSystem)
    }

    /// Resets a facet: its callers get the reason, and stubs from before are of no more use.
    ///
    /// The next `get` gives a stub that starts it anew over its data. Does nothing where it is not in memory.
    public func abort(_ name: String, _ reason: any Error) throws {
        try incarnation.check()
        incarnation.endFacet(name, because: .reset(because: reason, of: incarnation.cell.id), isRemoved: false)
    }

    /// Has one facet begin anew as a copy of another with those inside it; the two have nothing in common afterwards.
    ///
    /// What had the name `destination` is reset and removed, also where `source` names no facet: then nothing is there
    /// afterwards. Of what the source is writing at this time a copy has what it has made durable when this turn's writes
    /// are. The copy is made when those are brought into the store, and takes as long as it is large. A facet cloned onto
    /// itself is reset and keeps its data. Throws for a name that is too long and within a transaction.
    public func clone(_ source: String, _ destination: String) throws {
        try incarnation.check()
        try Self.check(source)
        try Self.check(destination)
        try incarnation.cloneFacet(source, as: destination)
    }

    private static func check(_ name: String) throws(DurableObjectError) {
        guard name.utf16.count <= maximumNameLength else {
            throw .typeError("Facet name is too long (max 256 characters).")
        }
    }

    /// Resets a facet and removes what it and the facets inside it have stored.
    ///
    /// Does nothing where there is none of that name. Throws within a transaction.
    public func delete(_ name: String) throws {
        try incarnation.check()
        try incarnation.deleteFacet(name)
    }
}

extension DurableObjectState {
    /// The objects inside this one.
    public var facets: DurableObjectFacets { DurableObjectFacets(incarnation: incarnation) }
}
