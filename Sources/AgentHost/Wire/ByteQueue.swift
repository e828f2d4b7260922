/// A queue of received bytes from which the codecs take lines and blocks.
///
/// Consumed bytes are dropped in bulk when more arrive, so feeding n bytes costs O(n) however they are cut. The queue
/// holds what it is fed: whoever feeds it bounds it by not reading on while `count` is high.
struct ByteQueue: Sendable {
    /// Why no line could be taken.
    enum LineFault: Error {
        case tooLong
        case bareLineFeed
    }

    private(set) var storage: [UInt8] = []
    private(set) var head = 0
    private var scanned = 0

    /// The number of bytes not yet consumed.
    var count: Int { storage.count - head }

    /// Adds bytes at the end; an empty queue adopts the array without copying it.
    mutating func append(_ bytes: [UInt8]) {
        if count == 0 {
            storage = bytes
            head = 0
        } else {
            compact()
            storage.append(contentsOf: bytes)
        }
    }

    /// Adds a copy of borrowed bytes at the end.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        compact()
        // Safe because the caller lends the buffer for the length of this call and the bytes are copied within it.
        unsafe storage.append(contentsOf: bytes)
    }

    /// Returns the byte at a distance from the front, which must lie below `count`.
    func peek(_ offset: Int) -> UInt8 {
        storage[head + offset]
    }

    /// Drops bytes from the front, at most `count`.
    mutating func consume(_ length: Int) {
        head += length
        scanned = 0
    }

    /// Removes and returns bytes from the front, at most `count`; taking everything hands over the storage itself.
    mutating func take(_ length: Int) -> [UInt8] {
        scanned = 0
        if head == 0, length == storage.count {
            defer { storage = [] }
            return storage
        }
        let taken = Array(storage[head..<(head + length)])
        head += length
        if head == storage.count {
            storage = []
            head = 0
        }
        return taken
    }

    /// Removes and returns everything not yet consumed.
    mutating func takeAll() -> [UInt8] {
        take(count)
    }

    /// Consumes a line ended by CR LF and returns where in `storage` its content lies, or nil while it is incomplete.
    ///
    /// The range stays valid until the next call that appends or takes. The outcome depends on the bytes alone, not
    /// on how they were cut when fed: a fault is reported for the first `limit` + 2 bytes only.
    mutating func nextLine(limit: Int) throws(LineFault) -> Range<Int>? {
        let window = min(count, limit + 2)
        guard let feed = lineFeed(from: head + scanned, to: head + window) else {
            guard window < limit + 2 else { throw .tooLong }
            scanned = window
            return nil
        }
        guard feed > head, storage[feed - 1] == 0x0D else { throw .bareLineFeed }
        let line = head..<(feed - 1)
        consume(feed + 1 - head)
        return line
    }

    private func lineFeed(from start: Int, to end: Int) -> Int? {
        let bytes = storage.span
        var index = start
        while index < end {
            if bytes[index] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private mutating func compact() {
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity <= 65_536)
            head = 0
        } else if head > storage.count / 2 {
            storage.removeSubrange(0..<head)
            head = 0
        }
    }
}
