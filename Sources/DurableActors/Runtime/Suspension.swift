/// Suspends the task until the continuation is resumed, exactly once.
///
/// The same as `withUnsafeContinuation`, without the step into the caller's isolation that this begins with. The task is
/// there already, and a step costs a look-up of the executor that the task prefers, under a lock.
@inline(__always)
package func suspend<Value: Sendable>(_ body: (UnsafeContinuation<Value, Never>) -> Void) async -> Value {
    // Safe because the continuation is the body's to resume once, as with the function that this stands for.
    unsafe await _unsafeInheritExecutor_withUnsafeContinuation { continuation in
        unsafe body(continuation)
    }
}
