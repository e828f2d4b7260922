internal import Locks

/// Carries a closure's result past a function that returns nothing.
final class ResultSlot<Value: Sendable>: Sendable {
    private let slot = Mutex<Value?>(nil)

    func set(_ value: Value) { slot.withLock { $0 = value } }

    func take() throws(DurableObjectError) -> Value {
        guard let value = slot.withLock({ $0 }) else {
            throw DurableObjectError(.disconnected, "The work ended without a result.")
        }
        return value
    }
}
