/// Timers ordered by due time, those of one time in the order they were set: a binary heap as a value.
package struct TimerHeap: Sendable {
    /// A timer whose time has come.
    package struct Fired: Sendable {
        package let due: UInt64
        package let sequence: UInt64
        package let action: @Sendable () -> Void
    }

    private struct Entry {
        let due: UInt64
        let sequence: UInt64
        let token: TimerToken

        func precedes(_ other: Entry) -> Bool {
            due != other.due ? due < other.due : sequence < other.sequence
        }
    }

    private var entries: [Entry] = []
    private var nextSequence: UInt64 = 0

    package init() {}

    /// The time of the earliest timer, cancelled ones included; nil when there is none.
    package var earliest: UInt64? { entries.first?.due }

    /// Adds a timer.
    ///
    /// - Complexity: O(log *n*).
    package mutating func insert(due: UInt64, action: @escaping @Sendable () -> Void) -> TimerToken {
        let token = TimerToken(action)
        entries.append(Entry(due: due, sequence: nextSequence, token: token))
        nextSequence += 1
        siftUp(entries.count - 1)
        return token
    }

    /// Takes the earliest timer that is due at `now` and not cancelled.
    ///
    /// - Complexity: O(log *n*) for it and for each cancelled timer passed over.
    package mutating func popDue(at now: UInt64) -> Fired? {
        while let first = entries.first, first.due <= now {
            removeFirst()
            if let action = first.token.takeAction() {
                return Fired(due: first.due, sequence: first.sequence, action: action)
            }
        }
        return nil
    }

    /// Drops cancelled timers from the front, so that `earliest` is the time of a live one.
    package mutating func dropCancelled() {
        while let first = entries.first, first.token.isCancelled { removeFirst() }
    }

    private mutating func removeFirst() {
        let last = entries.removeLast()
        guard !entries.isEmpty else { return }
        entries[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].precedes(entries[least]) { least = child }
            }
            if least == parent { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
