internal import Locks
internal import struct Synchronization.Atomic

/// What a stub remembers: whether the object it reached was reset, after which the stub stays broken.
///
/// A fresh stub of the same object works again; that is how a caller notices that the object started anew.
package final class StubLink: Sendable {
    private let broken = Mutex<DurableObjectError?>(nil)
    private let hasBroken = Atomic<Bool>(false)

    package init() {}

    var isBroken: Bool { hasBroken.load(ordering: .acquiring) }

    /// Throws the error that broke the stub, if any.
    package func check() throws(DurableObjectError) {
        guard isBroken else { return }
        if let error = broken.withLock({ $0 }) { throw error }
    }

    /// Breaks the stub when the error says that the object was reset.
    package func note(_ error: any Error) {
        if let error = error as? DurableObjectError, error.durableObjectReset { breakOff(error) }
    }

    /// Breaks the stub.
    func breakOff(_ error: DurableObjectError) {
        broken.withLock { if $0 == nil { $0 = error } }
        hasBroken.store(true, ordering: .releasing)
    }
}
