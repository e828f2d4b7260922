/// When an event passed each of its stations; made only while somebody wants the figures.
///
/// Isolation: each mark is set by the thread that has the event at that station, and read by the one that answers it. The
/// event is handed from one to the next under the entrance's lock, the cell and the output gate's lock in turn.
final class EventTiming: @unchecked Sendable {
    // Safe because one thread has the event at a time, as said above.
    private let clock: any WorldClock
    private let arrived: UInt64
    private var admitted: UInt64
    private var begun: UInt64
    private var ended: UInt64

    init(_ clock: any WorldClock) {
        self.clock = clock
        arrived = clock.uptimeNanoseconds
        (admitted, begun, ended) = (arrived, arrived, arrived)
    }

    /// The input gate lets the event in.
    func markAdmitted() {
        admitted = clock.uptimeNanoseconds
        (begun, ended) = (admitted, admitted)
    }

    /// Its handler begins.
    func markBegun() {
        begun = clock.uptimeNanoseconds
        ended = begun
    }

    /// Its handler has ended; what follows is the output gate's.
    func markEnded() { ended = clock.uptimeNanoseconds }

    /// The figures of an event whose answer leaves now.
    func figures(of call: String, in cell: ObjectCell, hasFailed: Bool) -> CallFigures {
        CallFigures(
            className: cell.objectClass.className,
            id: cell.id,
            call: call,
            gateNanoseconds: admitted - arrived,
            queueNanoseconds: begun - admitted,
            runNanoseconds: ended - begun,
            commitNanoseconds: clock.uptimeNanoseconds - ended,
            hasFailed: hasFailed
        )
    }
}
