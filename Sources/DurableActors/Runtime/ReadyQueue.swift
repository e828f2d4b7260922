/// A first-in first-out queue over one array, without a copy per element taken.
package struct ReadyQueue<Element>: ~Copyable {
    private var storage: [Element?] = []
    private var head = 0

    package init() {}

    package var count: Int { storage.count - head }
    package var isEmpty: Bool { head == storage.count }

    package var first: Element? { head < storage.count ? storage[head] : nil }

    package mutating func append(_ element: Element) {
        storage.append(element)
    }

    /// Takes the oldest.
    ///
    /// - Complexity: O(1) amortised.
    package mutating func popFirst() -> Element? {
        guard head < storage.count else { return nil }
        let element = storage[head]
        storage[head] = nil
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: head <= 1024)
            head = 0
        } else if head >= 4096, head * 2 >= storage.count {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Takes the older half, for another worker that has nothing to do.
    package mutating func takeHalf() -> [Element] {
        var taken: [Element] = []
        for _ in 0..<(count + 1) / 2 {
            if let element = popFirst() { taken.append(element) }
        }
        return taken
    }
}
