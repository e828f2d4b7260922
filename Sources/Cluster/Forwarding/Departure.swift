internal import DurableActors
internal import Locks

/// An event of this node that is not answered yet, and whose object may be on another.
final class Departure: Sendable {
    let event: ObjectEvent
    let cell: ObjectCell
    /// The object of this node that has sent it, if one has.
    let caller: ObjectCell?
    private let timer = Mutex<TimerToken?>(nil)

    init(event: ObjectEvent, cell: ObjectCell, caller: ObjectCell?) {
        self.event = event
        self.cell = cell
        self.caller = caller
    }

    func setTimer(_ token: TimerToken) { timer.withLock { $0 = token } }

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
