internal import Distributed

/// `env.NAME`: makes ids of one class and stubs of its objects.
public struct DurableObjectNamespace<Object: DurableObject>: Sendable {
    package let objectClass: ObjectClass
    package let host: HostCore

    package init(objectClass: ObjectClass, host: HostCore) {
        self.objectClass = objectClass
        self.host = host
    }

    /// The name under which the class is bound.
    public var bindingName: String { objectClass.bindingName }

    /// A random id.
    public func newUniqueId() -> DurableObjectId { objectClass.ids.newUniqueId(random: host.world.random) }

    /// A random id of a jurisdiction; throws for any but nil, since none can be kept to here.
    public func newUniqueId(jurisdiction: DurableObjectJurisdiction?) throws -> DurableObjectId {
        try DurableObjectJurisdiction.refuse(jurisdiction)
        return newUniqueId()
    }

    /// The namespace whose ids belong to a jurisdiction; throws for any but nil, which is this namespace.
    public func jurisdiction(_ jurisdiction: DurableObjectJurisdiction?) throws -> DurableObjectNamespace {
        try DurableObjectJurisdiction.refuse(jurisdiction)
        return self
    }

    /// The id of a name, the same for ever.
    public func idFromName(_ name: String) -> DurableObjectId { objectClass.ids.idFromName(name) }

    /// Reads an id's 64 hexadecimal digits; throws when they are not an id of this class.
    public func idFromString(_ text: String) throws -> DurableObjectId { try objectClass.ids.idFromString(text) }

    /// A fresh stub, which is the class itself as a remote actor; neither starts the object nor keeps it in memory.
    ///
    /// The hint changes nothing. Throws for an id of another class and for a routing mode that is not known.
    public func get(
        _ id: DurableObjectId,
        locationHint: DurableObjectLocationHint? = nil,
        routingMode: DurableObjectRoutingMode? = nil
    ) throws -> Object {
        try DurableObjectRoutingMode.check(routingMode)
        guard objectClass.ids.isValid(id) else {
            throw DurableObjectError.typeError("Durable Object ID is not valid for this namespace.")
        }
        return stub(id)
    }

    /// A fresh stub of the object with that name; the hint changes nothing.
    public func getByName(_ name: String, locationHint: DurableObjectLocationHint? = nil) -> Object {
        stub(idFromName(name))
    }

    private func stub(_ id: DurableObjectId) -> Object {
        let reference = ObjectReference(cell: host.cells.cell(of: objectClass, id), link: StubLink())
        do {
            return try Object.resolve(id: reference, using: host.stubSystem)
        } catch {
            preconditionFailure("Resolving a stub never fails: \(error)")
        }
    }
}
