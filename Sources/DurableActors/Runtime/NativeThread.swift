internal import Glibc

/// A thread of the operating system, for work that must not sit on Swift's shared pool.
package enum NativeThread {
    /// The stack of each thread; turns of nested calls run on it.
    private static let stackBytes = 8 << 20

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread that runs `body` and ends.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        // Safe because the pointers are to locals, and the retained body is released exactly once, by the new thread.
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let argument = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            &attributes,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            },
            argument
        )
        unsafe pthread_attr_destroy(&attributes)
        precondition(result == 0, "The system refuses another thread (error \(result)).")
    }

    /// A number that names the calling thread while it lives; never zero.
    @inline(__always)
    package static var currentID: UInt {
        UInt(pthread_self())
    }
}
