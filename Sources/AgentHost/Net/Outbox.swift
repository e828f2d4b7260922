/// Bytes on their way to one socket, merged into few writes.
struct Outbox {
    /// The most bytes put into one write.
    static let mergeBytes = 256 << 10

    private var pieces: [[UInt8]] = []
    private var sentOfFirst = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        count += bytes.count
    }

    /// The next bytes to write: one piece as it is, or several small ones as one.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let first = pieces.first else { return nil }
        if pieces.count > 1, first.count - sentOfFirst < Self.mergeBytes { merge() }
        return pieces[0][sentOfFirst...]
    }

    /// Notes that so many of the bytes that `next` gave were written.
    mutating func sent(_ bytes: Int) {
        sentOfFirst += bytes
        count -= bytes
        if sentOfFirst == pieces[0].count {
            pieces.removeFirst()
            sentOfFirst = 0
        }
    }

    mutating func removeAll() { self = Outbox() }

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
