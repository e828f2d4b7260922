internal import DurableActors
internal import Locks

/// An event of this node that is not answered yet, and whose object may be on another.
final class Departure: Sendable {
    let event: ObjectEvent
    let cell: ObjectCell
    /// The object of this node that has sent it, if one has.
    let caller: ObjectCell?
    /// Until when it may wait here, in nanoseconds of uptime.
    let due: UInt64
    private let timer = Mutex<TimerToken?>(nil)

    init(event: ObjectEvent, cell: ObjectCell, caller: ObjectCell?, due: UInt64) {
        self.event = event
        self.cell = cell
        self.caller = caller
        self.due = due
    }

    /// Sets the timer of one that waits, unless it has one.
    func setTimer(_ make: () -> TimerToken) { timer.withLock { if $0 == nil { $0 = make() } } }

    /// The timer has fired; one that waits again is given another.
    func forgetTimer() { timer.withLock { $0 = nil } }

    deinit { timer.withLock { $0 }?.cancel() }
}

/// A call of another node that has not begun here yet.
struct Arrival: Sendable {
    struct Key: Hashable, Sendable {
        let peer: String
        let id: UInt64
    }

    let call: ForwardedCall
    let stream: LinkStream
    let handles: LinkHandles
}
