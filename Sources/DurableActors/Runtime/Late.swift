/// A constant that is set once, right after its owner has been made, and read by many threads afterwards.
package final class Late<Value: AnyObject & Sendable>: @unchecked Sendable {
    // Safe because `set` is called once, before the owner is handed to another thread.
    private var stored: Value?

    package init() {}

    package func set(_ value: Value) {
        precondition(stored == nil, "A late constant is set once.")
        stored = value
    }

    @inline(__always)
    package var value: Value {
        guard let stored else { preconditionFailure("A late constant is read before it was set.") }
        return stored
    }
}
