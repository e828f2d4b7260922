/// Cuts what a link receives into frames, however it was cut on the way.
package struct LinkDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var head = 0

    package init() {}

    /// Adds received bytes; an empty decoder adopts the array without copying it.
    package mutating func append(_ bytes: [UInt8]) {
        if head == buffer.count {
            buffer = bytes
        } else {
            buffer.removeSubrange(0..<head)
            buffer += bytes
        }
        head = 0
    }

    /// The next frame, nil while it is not whole.
    ///
    /// A longer one than `maximum` is refused before it has come.
    package mutating func next(maximum: Int) throws(LinkEnd) -> LinkFrame? {
        guard buffer.count - head >= 4 else { return nil }
        var fields = LinkFields(buffer[head..<head + 4])
        let count = Int(try fields.integer(UInt32.self))
        guard count <= maximum else { throw .violation("a frame has \(count) bytes, \(maximum) is the most") }
        guard count > 0 else { throw .violation("a frame is empty") }
        guard buffer.count - head - 4 >= count else { return nil }
        defer { head += 4 + count }
        return try LinkFrame(buffer[head + 4..<head + 4 + count])
    }
}
