internal import DurableActors

/// Who may still enter a shard's objects while they come to rest, and when they have: the decisions, as a value.
///
/// Objects that run may call others of the shard, which would else wait for each other. A pass over the objects shows rest
/// only when nobody was on the way in as it began, and nobody was let in since: then the shard is sealed in the same step,
/// and nobody is let in any more.
struct ShardDrain: Sendable {
    let transfer: ShardTransfer
    let rest: ShardRest
    /// Has what does not come to rest in time ended.
    var timer: TimerToken?
    /// What becomes of the sockets, once all is at rest.
    var sockets: SocketMove?
    private(set) var isSealed = false
    private var passShowsRest = false

    init(_ transfer: ShardTransfer, _ rest: ShardRest) {
        (self.transfer, self.rest) = (transfer, rest)
    }

    /// Whether an event may enter.
    mutating func mayEnter() -> Bool {
        if !isSealed { passShowsRest = false }
        return !isSealed
    }

    /// A pass over the objects begins, while so many that were let in have not entered yet.
    mutating func passBegins(entering: Int) { passShowsRest = entering == 0 }

    /// Whether the pass has shown that all objects are at rest, and will be.
    mutating func passEnded() -> Bool {
        if passShowsRest { isSealed = true }
        return passShowsRest
    }

    /// Nobody enters any more, at rest or not.
    mutating func seal() { isSealed = true }
}
