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
    package let make: @Sendable (DurableObjectState, () throws -> any Sendable) throws -> any DurableObject

    package init<Object: DurableObject>(
        _ type: Object.Type,
        bindingName: String,
        uniqueKey: String,
        number: ClassNumber,
        environment: Object.Env?,
        preventsEviction: Bool = false
    ) {
        self.bindingName = bindingName
        className = String(describing: type)
        self.uniqueKey = uniqueKey
        self.number = number
        ids = ObjectIdFactory(uniqueKey: uniqueKey)
        self.preventsEviction = preventsEviction
        hasAlarmHandler = Object.self is any AlarmHandler.Type
        make = { context, shared in
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
