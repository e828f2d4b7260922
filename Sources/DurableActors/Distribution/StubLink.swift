internal import Locks
internal import struct Synchronization.Atomic

/// What a stub remembers: whether the object it reached was reset, after which the stub stays broken.
///
/// A fresh stub of the same object works again; that is how a caller notices that the object started anew.
package final class StubLink: Sendable {
    private let broken = Mutex<DurableObjectError?>(nil)
    private let isBroken = Atomic<Bool>(false)

    package init() {}

    /// Throws the error that broke the stub, if any.
    package func check() throws(DurableObjectError) {
        guard isBroken.load(ordering: .acquiring) else { return }
        if let error = broken.withLock({ $0 }) { throw error }
    }

    /// Breaks the stub when the error says that the object was reset.
    package func note(_ error: any Error) {
        guard let error = error as? DurableObjectError, error.durableObjectReset else { return }
        broken.withLock { if $0 == nil { $0 = error } }
        isBroken.store(true, ordering: .releasing)
    }
}
