import DurableActors
import Testing

@Suite struct TimerHeapTests {
    @Test func `timers come out by due time and those of one time in the order they were set`() {
        var heap = TimerHeap()
        for due: UInt64 in [30, 10, 20, 10, 40, 10] { _ = heap.insert(due: due) {} }
        var order: [[UInt64]] = []
        while let entry = heap.popDue(at: 100) { order.append([entry.due, entry.sequence]) }
        #expect(order == [[10, 1], [10, 3], [10, 5], [20, 2], [30, 0], [40, 4]])
    }

    @Test func `a cancelled timer never fires and does not count as the earliest`() {
        var heap = TimerHeap()
        let first = heap.insert(due: 5) {}
        _ = heap.insert(due: 9) {}
        first.cancel()
        heap.dropCancelled()
        #expect(heap.earliest == 9)
        #expect(heap.popDue(at: 8) == nil)
        #expect(heap.popDue(at: 9)?.due == 9)
        #expect(heap.popDue(at: 100) == nil)
    }

    @Test func `a cancelled timer lets go of what it would have done, before its time`() {
        var heap = TimerHeap()
        var kept: KeptObject? = KeptObject()
        weak let seen = kept
        let token = heap.insert(due: 1_000_000) { [kept] in withExtendedLifetime(kept) {} }
        kept = nil
        #expect(seen != nil)
        token.cancel()
        #expect(seen == nil)
        #expect(heap.earliest == 1_000_000)
        #expect(heap.popDue(at: 1_000_000) == nil)
    }
}

private final class KeptObject: Sendable {}
