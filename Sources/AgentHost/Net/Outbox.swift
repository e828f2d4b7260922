/// Bytes on their way to one socket, merged into few writes.
package struct Outbox {
    /// The most bytes put into one write.
    package static let mergeBytes = 256 << 10

    /// An empty one.
    package init() {}

    private var pieces: [[UInt8]] = []
    private var sentOfFirst = 0
    /// How many bytes wait.
    package private(set) var count = 0

    /// Whether none wait.
    package var isEmpty: Bool { count == 0 }

    /// Adds bytes behind those that wait.
    package mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        count += bytes.count
    }

    /// The next bytes to write: one piece as it is, or several small ones as one.
    package mutating func next() -> ArraySlice<UInt8>? {
        guard let first = pieces.first else { return nil }
        if pieces.count > 1, first.count - sentOfFirst < Self.mergeBytes { merge() }
        return pieces[0][sentOfFirst...]
    }

    /// Notes that so many of the bytes that `next` gave were written.
    package mutating func sent(_ bytes: Int) {
        sentOfFirst += bytes
        count -= bytes
        if sentOfFirst == pieces[0].count {
            pieces.removeFirst()
            sentOfFirst = 0
        }
    }

    /// Drops what waits.
    package mutating func removeAll() { self = Outbox() }

    private mutating func merge() {
        var merged = Array(pieces[0][sentOfFirst...])
        var taken = 1
        while taken < pieces.count, merged.count + pieces[taken].count <= Self.mergeBytes {
            merged += pieces[taken]
            taken += 1
        }
        guard taken > 1 else { return }
        pieces.replaceSubrange(0..<taken, with: [merged])
        sentOfFirst = 0
    }
}
