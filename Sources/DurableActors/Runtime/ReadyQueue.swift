/// A first-in first-out queue in a ring over one array, which grows by doubling and is kept when it empties.
///
/// Every object has a few of them, so an empty one and one that held a single element take little memory.
package struct ReadyQueue<Element>: ~Copyable {
    /// How many places an emptied queue keeps; a longer array is let go.
    private static var keptPlaces: Int { 1024 }

    /// As many places as a power of two, or none.
    private var places: [Element?] = []
    private var head: UInt32 = 0
    private var used: UInt32 = 0

    package init() {}

    package var count: Int { Int(used) }
    package var isEmpty: Bool { used == 0 }

    package var first: Element? { isEmpty ? nil : places[Int(head)] }

    package mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[place(count)] = element
        used += 1
    }

    /// Takes the oldest.
    ///
    /// - Complexity: O(1).
    package mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = places[Int(head)].take()
        head = UInt32(place(1))
        used -= 1
        if places.count > Self.keptPlaces { shrink() }
        return element
    }

    /// Gives the memory of an emptied queue back.
    package mutating func shrink() {
        guard isEmpty else { return }
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
        var larger = [Element?](repeating: nil, count: max(places.count * 2, 1))
        for offset in 0..<count { larger[offset] = places[place(offset)].take() }
        places = larger
        head = 0
    }

    /// Where the element is that so many others come before.
    private func place(_ offset: Int) -> Int { (Int(head) + offset) & (places.count - 1) }
}
