/// Keeps the calls made through one handle in the order in which they were made, although each may wait at a gate.
///
/// What it is: numbers in the order of the calls, and whose turn it is. A call that may begin before its turn is kept;
/// one that has begun, or never will, gives the turn on. The caller performs what it is handed outside of any lock, since
/// the next is handed out only by `leave`.
struct CallOrder<Waiter> {
    private var taken = 0
    private var turn = 0
    private var waiting: [Int: Waiter] = [:]
    private var left: Set<Int> = []

    /// The place of a call that is being made now.
    mutating func take() -> Int {
        defer { taken += 1 }
        return taken
    }

    /// The call may begin as far as it is concerned: returned when it is its turn, else kept.
    mutating func arrive(_ place: Int, _ waiter: Waiter) -> Waiter? {
        if place == turn { return waiter }
        waiting[place] = waiter
        return nil
    }

    /// The call has begun or never will; returns the one that begins next, where it waits already.
    mutating func leave(_ place: Int) -> Waiter? {
        left.insert(place)
        while left.remove(turn) != nil { turn += 1 }
        return waiting.removeValue(forKey: turn)
    }
}
