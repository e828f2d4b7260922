/// A first-in first-out queue in a ring over one array, which grows by doubling and is kept when it empties.
package struct ReadyQueue<Element>: ~Copyable {
    /// How many places an emptied queue keeps; a longer array is let go.
    private static var keptPlaces: Int { 1024 }
    private static var firstPlaces: Int { 4 }

    /// As many places as a power of two, or none.
    private var places: [Element?] = []
    private var head = 0
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package var first: Element? { count == 0 ? nil : places[head] }

    package mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[(head + count) & (places.count - 1)] = element
        count += 1
    }

    /// Takes the oldest.
    ///
    /// - Complexity: O(1).
    package mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = places[head].take()
        head = (head + 1) & (places.count - 1)
        count -= 1
        if places.count > Self.keptPlaces { shrink() }
        return element
    }

    /// Gives the memory of an emptied queue back.
    package mutating func shrink() {
        guard count == 0 else { return }
        places = []
        head = 0
    }

    /// Takes the older half, for another worker that has nothing to do.
    package mutating func takeHalf() -> [Element] {
        var taken: [Element] = []
        for _ in 0..<(count + 1) / 2 {
            if let element = popFirst() { taken.append(element) }
        }
        return taken
    }

    private mutating func grow() {
        var larger = [Element?](repeating: nil, count: max(places.count * 2, Self.firstPlaces))
        for offset in 0..<count { larger[offset] = places[(head + offset) & (places.count - 1)].take() }
        places = larger
        head = 0
    }
}
