internal import Distributed

/// A registered class: its names, how its ids are made and how an object of it is made.
///
/// The unique key names the class on disk for ever; the Swift type and the binding may be renamed under it.
package final class ObjectClass: Sendable {
    package let bindingName: String
    package let className: String
    package let uniqueKey: String
    package let number: ClassNumber
    package let ids: ObjectIdFactory
    package let hasAlarmHandler: Bool
    /// Whether its objects stay in memory however long they are idle.
    package let preventsEviction: Bool
    /// What its objects are told as `ctx.props`.
    package let props: (any Sendable)?
    package let make: Maker
    private let type: ObjectIdentifier

    /// Makes an object, from what all objects of the runtime share where the class has no environment of its own.
    package typealias Maker = @Sendable (DurableObjectState, () throws -> any Sendable) throws -> any DurableObject

    package init<Object: DurableObject>(
        _ type: Object.Type,
        bindingName: String,
        uniqueKey: String,
        number: ClassNumber,
        environment: Object.Env?,
        props: (any Sendable)? = nil,
        preventsEviction: Bool = false
    ) {
        self.bindingName = bindingName
        className = String(describing: type)
        self.uniqueKey = uniqueKey
        self.number = number
        ids = ObjectIdFactory(uniqueKey: uniqueKey)
        self.props = props
        self.preventsEviction = preventsEviction
        self.type = ObjectIdentifier(type)
        hasAlarmHandler = Object.self is any AlarmHandler.Type
        make = Self.maker(of: type, environment: environment)
    }

    /// The class of facets inside objects of another: it is not registered, and its ids are theirs.
    convenience init<Object: DurableObject>(_ type: Object.Type, insideOf other: ObjectClass) {
        self.init(
            type,
            bindingName: other.bindingName,
            uniqueKey: other.uniqueKey,
            number: other.number,
            environment: nil,
            preventsEviction: other.preventsEviction
        )
    }

    func isClass(of other: any DurableObject.Type) -> Bool { type == ObjectIdentifier(other) }

    static func maker<Object: DurableObject>(of type: Object.Type, environment: Object.Env?) -> Maker {
        { context, shared in
            guard let environment = try environment ?? (shared() as? Object.Env) else {
                throw DurableObjectError(
                    .notFound,
                    "\(Object.self) wants an environment of type \(Object.Env.self) and was given another."
                )
            }
            return Object(ctx: context, env: environment)
        }
    }
}
