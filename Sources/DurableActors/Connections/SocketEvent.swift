internal import struct Synchronization.Atomic

/// Something that has come in on a socket which an object holds, as an event of the object.
///
/// It has no answer: what its handler throws is logged, and the object goes on.
final class SocketEvent: ObjectEvent, @unchecked Sendable {
    // Safe because all is immutable but the flag, which is atomic.
    private let cell: ObjectCell
    private let work: @Sendable (Incarnation) async throws -> Void
    private let undelivered: @Sendable () -> Void
    private let isTaken = Atomic<Bool>(false)

    /// Makes an event; `undelivered` is called, on the cell, when the object ends before the event begins.
    init(
        cell: ObjectCell,
        _ work: @escaping @Sendable (Incarnation) async throws -> Void,
        undelivered: @escaping @Sendable () -> Void = {}
    ) {
        self.cell = cell
        self.work = work
        self.undelivered = undelivered
    }

    override var staysHere: Bool { true }

    override func run(in incarnation: Incarnation) async {
        if let death = incarnation.death { return fail(death) }
        guard take() else { return }
        do {
            try await work(incarnation)
        } catch {
            cell.host.log.error("A socket's handler of \(cell.objectClass.className) threw: \(error)")
        }
    }

    override func fail(_ error: any Error) {
        if take() { undelivered() }
    }

    private func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
