public import Synchronization

/// A value and the lock that guards it: the toolchain's `Mutex`, made visible to the thread sanitizer.
///
/// The toolchain's own is not instrumented on Linux, so under the sanitizer everything it orders would be reported as a
/// race. A build with `THREAD_SANITIZER` defined (`make tsan`) tells the sanitizer of each hold; every other build is the
/// toolchain's lock and nothing more. The names are the toolchain's, so that either can stand in for the other.
///
/// Isolation: any thread; holds are short and never span a suspension. Not recursive: a second hold by the same thread
/// stops the process.
public struct Mutex<Value: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline let mutex: Synchronization.Mutex<Value>
    #if THREAD_SANITIZER
    @usableFromInline let hold = SanitizerHold()
    #endif

    /// Guards `value` from now on.
    @inlinable
    public init(_ value: consuming sending Value) {
        mutex = Synchronization.Mutex(value)
    }

    /// Runs `body` on the value while no other thread can hold it, and gives on what it returns or throws.
    @inlinable
    @inline(__always)
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        #if THREAD_SANITIZER
        return try mutex.withLock { value throws(Failure) in
            hold.begin()
            defer { hold.end() }
            return try body(&value)
        }
        #else
        try mutex.withLock(body)
        #endif
    }
}
