#if THREAD_SANITIZER
internal import CLinux

/// The holds of one lock, as the thread sanitizer is told of them; its address names the lock.
@usableFromInline
final class SanitizerHold: Sendable {
    @usableFromInline
    init() {}

    /// What earlier holders wrote is seen from here on.
    @usableFromInline
    func begin() {
        // Safe because the sanitizer reads and writes nothing through the address.
        unsafe __tsan_acquire(Unmanaged.passUnretained(self).toOpaque())
    }

    /// What was written up to here is for the next holder to see.
    @usableFromInline
    func end() {
        // Safe because the sanitizer reads and writes nothing through the address.
        unsafe __tsan_release(Unmanaged.passUnretained(self).toOpaque())
    }
}
#endif
