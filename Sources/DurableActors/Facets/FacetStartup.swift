/// How a facet is made when it starts.
public struct FacetStartup<Object: DurableObject>: Sendable {
    let id: DurableObjectId?
    let environment: Object.Env?
    let props: (any Sendable)?

    /// Says what a facet is made of: without an id it has its parent's as `ctx.id`, without an environment the runtime's.
    public init(
        _ type: Object.Type = Object.self,
        id: DurableObjectId? = nil,
        environment: Object.Env? = nil,
        props: (any Sendable)? = nil
    ) {
        self.id = id
        self.environment = environment
        self.props = props
    }
}

/// The same without its type, for the cell that starts it.
struct FacetStart: Sendable {
    let id: DurableObjectId?
    let props: (any Sendable)?
    let make: ObjectClass.Maker

    init<Object: DurableObject>(_ startup: FacetStartup<Object>) {
        id = startup.id
        props = startup.props
        make = ObjectClass.maker(of: Object.self, environment: startup.environment)
    }
}
