/// A first-in first-out queue over one array.
struct LinkQueue<Element: Sendable>: Sendable {
    private var places: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == places.count }
    var count: Int { places.count - head }
    var first: Element? { isEmpty ? nil : places[head] }

    mutating func append(_ element: Element) { places.append(element) }

    /// Takes the oldest.
    ///
    /// - Complexity: amortized O(1).
    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer {
            head += 1
            if head == places.count {
                places.removeAll(keepingCapacity: places.count <= 64)
                head = 0
            } else if head >= 64, head > places.count / 2 {
                places.removeSubrange(0..<head)
                head = 0
            }
        }
        return places[head]
    }
}
