internal import struct Synchronization.Atomic

/// The wish that an object be removed which was on another node when it was wished.
final class RemovalEvent: ObjectEvent, @unchecked Sendable {
    // Safe because everything but an atomic is constant.
    private let done: @Sendable ((any Error)?) -> Void
    private let hasEnded = Atomic<Bool>(false)

    init(_ done: @escaping @Sendable ((any Error)?) -> Void) { self.done = done }

    override var call: String { "delete" }

    override func forwarded(to cell: ObjectCell, carrying handles: any HandleCarrier) -> ForwardedCall {
        ForwardedCall(removing: cell)
    }

    override func answered(_ bytes: [UInt8], _ userInfo: [CodingUserInfoKey: any Sendable]) { end(nil) }

    override func fail(_ error: any Error) { end(error) }

    /// The object has come here meanwhile.
    override func run(in incarnation: Incarnation) async {
        // The removal fails every event of the object, this one too, which is not for it to be answered by.
        guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
        incarnation.cell.beginRemoval(done)
    }

    private func end(_ error: (any Error)?) {
        if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { done(error) }
    }
}
