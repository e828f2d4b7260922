internal import Glibc

/// A condition variable with its mutex, for threads that wait outside Swift's concurrency.
///
/// Never used from a task: only worker threads, the committer's thread and the watch over stalls wait here.
@safe package final class ParkingLot: @unchecked Sendable {
    // Safe because the two are only ever touched through the pthread calls that are made for concurrent use, and
    // their storage is allocated once and freed in deinit.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init() {
        // Safe because both pointers were just allocated; the attribute is a local.
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        // Safe because nobody waits on an object that nobody refers to.
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Wakes one waiting thread; the state that its predicate reads must have been changed before.
    package func signal() {
        // Safe because the pointers live as long as self; holding the mutex closes the gap between test and wait.
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Wakes every waiting thread.
    package func broadcast() {
        // Safe because the pointers live as long as self.
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits until `predicate` holds or the time is over; nil waits without limit.
    package func wait(nanoseconds: UInt64?, until predicate: () -> Bool) {
        var deadline = timespec()
        if let nanoseconds {
            // Safe because the pointer is to a local.
            unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
            let total = UInt64(deadline.tv_nsec) + nanoseconds % 1_000_000_000
            deadline.tv_sec += Int(nanoseconds / 1_000_000_000 + total / 1_000_000_000)
            deadline.tv_nsec = Int(total % 1_000_000_000)
        }
        // Safe because the mutex is held from here to the unlock by this thread, and the pointers live as long as self.
        unsafe pthread_mutex_lock(mutex)
        while !predicate() {
            if nanoseconds == nil {
                unsafe pthread_cond_wait(condition, mutex)
            } else if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                break
            }
        }
        unsafe pthread_mutex_unlock(mutex)
    }
}
