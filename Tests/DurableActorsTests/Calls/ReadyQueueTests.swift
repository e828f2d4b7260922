import DurableActors
import Testing

struct ReadyQueueTests {
    @Test(arguments: [1, 3, 4, 5, 64, 1_025])
    func `elements come out in the order they went in while the ring wraps and grows`(burst: Int) {
        var queue = ReadyQueue<Int>()
        var (next, expected) = (0, 0)
        for _ in 0..<7 {
            for _ in 0..<burst {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(burst + 1) / 2 {
                let (first, taken) = (queue.first, queue.popFirst())
                #expect(first == expected)
                #expect(taken == expected)
                expected += 1
            }
        }
        while let element = queue.popFirst() {
            #expect(element == expected)
            expected += 1
        }
        #expect(expected == next)
        let isEmpty = queue.isEmpty
        #expect(isEmpty)
    }

    @Test func `half means the older half, rounded up`() {
        var queue = ReadyQueue<Int>()
        for number in 0..<5 { queue.append(number) }
        let (taken, left, next) = (queue.takeHalf(), queue.count, queue.popFirst())
        #expect(taken == [0, 1, 2])
        #expect(left == 2)
        #expect(next == 3)
    }
}
