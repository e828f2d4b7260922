internal import Locks
internal import struct Synchronization.Atomic

/// The place of a facet inside its parent: what its cell knows beyond what every cell does.
///
/// The number under which its rows are names it for ever, so a facet that was deleted and made again has another seat.
package final class FacetSeat: Sendable {
    /// Who it belongs to now and how it is started; changed by the parent's every `get`.
    struct Occupancy: Sendable {
        let parent: Incarnation
        let startup: @Sendable () async throws -> FacetStart
    }

    let record: ObjectRecord
    /// How many objects it is inside of, itself included.
    let depth: Int
    /// Whether the facet was given up: its cell is one of `FencedFacets`, and writes nothing any more.
    let isFenced = Atomic<Bool>(false)
    private let occupancy = Mutex<Occupancy?>(nil)

    init(record: ObjectRecord, depth: Int) {
        self.record = record
        self.depth = depth
    }

    func occupy(_ new: Occupancy) { occupancy.withLock { $0 = new } }

    /// The parent's life is over, or the facet was given up: nothing may start it.
    func leave() { occupancy.withLock { $0 = nil } }

    /// Who it belongs to; throws once that is nobody.
    func occupied() throws(DurableObjectError) -> Occupancy {
        guard let occupancy = occupancy.withLock({ $0 }) else {
            throw DurableObjectError(
                .disconnected,
                "The object that this facet is inside of has ended.",
                retryable: true
            )
        }
        return occupancy
    }
}
