/// All pairs of shard and node by falling score, ties in the nodes' order: a heap of the nodes' walks.
struct ShardMerge: Sendable {
    private var walks: [ShardWalk]
    /// Each node's number and the score of its walk, as a heap with the highest first.
    private var heap: [(node: Int, score: Double)]

    init(_ walks: [ShardWalk]) {
        self.walks = walks
        heap = walks.enumerated().map { ($0.offset, $0.element.score) }
        for place in heap.indices.reversed() { sink(place) }
    }

    /// The node's number and the shard of the highest pair that is left.
    var first: (node: Int, shard: Int)? { heap.first.map { ($0.node, walks[$0.node].shard) } }

    /// Passes the highest pair, and with it all others of its node if `endingWalk`.
    mutating func removeFirst(endingWalk: Bool) {
        let node = heap[0].node
        if !endingWalk, walks[node].advance() {
            heap[0].score = walks[node].score
        } else {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
            guard isBefore(child, place) else { return }
            heap.swapAt(place, child)
            place = child
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].score, heap[right].node) > (heap[right].score, heap[left].node)
    }
}
