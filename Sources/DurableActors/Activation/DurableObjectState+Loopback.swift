extension DurableObjectState {
    /// What the object was told where its class was registered, or where it was started as a facet; nil when nothing.
    ///
    /// Throws when it was told something of another type.
    public func props<Props: Sendable>(as type: Props.Type = Props.self) throws -> Props? {
        guard let given = incarnation.asFacet?.start.map(\.props) ?? incarnation.cell.objectClass.props else {
            return nil
        }
        guard let props = given as? Props else {
            throw DurableObjectError.typeError("The object was given no props of type \(type).")
        }
        return props
    }

    /// The namespace of a class that this runtime has registered, without a binding in the environment.
    ///
    /// Of a class that is registered under several bindings it is the first one's. Throws when it is registered under
    /// none.
    public func exports<Object: DurableObject>(_ type: Object.Type) throws -> DurableObjectNamespace<Object> {
        let host = incarnation.cell.host
        guard let objectClass = host.classes.first(where: { $0.isClass(of: type) }) else {
            throw DurableObjectError(.notFound, "No class \(type) is registered.")
        }
        return DurableObjectNamespace(objectClass: objectClass, host: host)
    }
}
