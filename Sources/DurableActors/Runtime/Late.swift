/// A constant that is set once, right after its owner has been made, and read by many threads afterwards.
@safe package final class Late<Value: AnyObject & Sendable>: @unchecked Sendable {
    // Safe because `set` is called once, before the owner is handed to another thread.
    private var stored: Value?
    private var unmanaged: Unmanaged<Value>?

    package init() {}

    package func set(_ value: Value) {
        precondition(stored == nil, "A late constant is set once.")
        stored = value
        unsafe unmanaged = .passUnretained(value)
    }

    @inline(__always)
    package var value: Value {
        guard let stored else { preconditionFailure("A late constant is read before it was set.") }
        return stored
    }

    /// Runs a closure on the value without counting a reference to it, which every thread would do at one place in memory.
    @inline(__always)
    package func withValue<Result>(_ body: (Value) -> Result) -> Result {
        guard let unmanaged = unsafe unmanaged else {
            preconditionFailure("A late constant is read before it was set.")
        }
        // Safe because the value is kept above.
        return unsafe unmanaged._withUnsafeGuaranteedRef(body)
    }
}
