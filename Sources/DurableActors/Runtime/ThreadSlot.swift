internal import Glibc

/// One pointer a thread: which lane a worker thread serves.
package struct ThreadSlot<Value: AnyObject>: Sendable {
    private let key: pthread_key_t

    package init() {
        var key = pthread_key_t()
        // Safe because the pointer is to a local; the slot is made once per pool and never deleted.
        let result = unsafe pthread_key_create(&key, nil)
        precondition(result == 0, "The process has no thread-specific keys left.")
        self.key = key
    }

    /// The calling thread's value; the slot does not keep it alive, its pool does.
    @inline(__always)
    package var value: Value? {
        // Safe because only `set` stores here, and the pool keeps the value alive while a thread serves it.
        guard let pointer = unsafe pthread_getspecific(key) else { return nil }
        return unsafe Unmanaged<Value>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Runs a closure on the calling thread's value, if it has one, without counting a reference to it.
    @inline(__always)
    package func withValue<Result>(_ body: (Value) -> Result) -> Result? {
        // Safe as above.
        guard let pointer = unsafe pthread_getspecific(key) else { return nil }
        return unsafe Unmanaged<Value>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }

    /// Sets the calling thread's value.
    package func set(_ value: Value?) {
        // Safe because the value outlives its time in the slot, see `value`.
        let pointer = unsafe value.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
        _ = unsafe pthread_setspecific(key, pointer)
    }
}
