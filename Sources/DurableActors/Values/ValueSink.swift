/// The bytes one encoding produces, with the containers still being filled.
///
/// Containers are written straight to the end of the bytes. Each is a frame: two bytes of header, whose count is set
/// when the frame is sealed, and its items. Swift lets several containers of one value be filled in turns, though
/// nearly nothing does: a frame whose parent has moved on is closed, and what is still added to it is inserted at its
/// end, at the price of moving the bytes behind it. Frames are recycled once the `encode(to:)` call they belong to
/// returns; a generation number in each handle makes a container that outlived its call fail instead of doing harm.
final class ValueSink {
    /// A container being filled, or an encoder not yet asked for its container.
    struct Frame {
        enum Kind { case unset, map, array, single }

        var generation: UInt32
        var kind = Kind.unset
        let depth: Int
        let parent: Int
        /// Where the frame's tag is.
        var start: Int
        /// Where its bytes end, once it no longer ends where all bytes do.
        var end: Int?
        var count = 0
        /// The offset of its key in the bytes, or its index if the parent is an array.
        var place: Int
    }

    /// Names a frame of one generation.
    struct Handle {
        let index: Int32
        let generation: UInt32

        /// Names no frame: all that is added through it is refused.
        static let none = Handle(index: -1, generation: 0)
    }

    var writer: ValueWriter
    var frames: [Frame] = []
    var current = -1
    /// Counts of 128 and more, which do not fit the one byte left for them, with the offset of that byte.
    var wideCounts: [(offset: Int, count: Int)] = []
    /// The refusal of a request that could not throw, thrown at the end.
    var failure: (any Error)?
    let userInfo: [CodingUserInfoKey: any Sendable]
    let prefix: [any CodingKey]
    private let depth: Int
    private(set) var calls: Int
    private var generation: UInt32 = 0

    init(
        flavor: ValueFlavor,
        userInfo: [CodingUserInfoKey: any Sendable],
        prefix: [any CodingKey] = [],
        depth: Int = 0,
        calls: Int = 0
    ) {
        writer = ValueWriter(flavor: flavor)
        self.userInfo = userInfo
        self.prefix = prefix
        self.depth = depth
        self.calls = calls
    }

    /// Encodes the value the sink is for.
    func encode<T: Encodable>(_ value: T) throws {
        do {
            if try !writer.direct(value, depth: depth) { try descend(value, from: -1, place: 0) }
        } catch {
            throw located(error, in: prefix)
        }
        if let failure { throw failure }
        if !wideCounts.isEmpty { widenCounts() }
    }

    /// Whether what is added to the frame belongs at the end of the bytes.
    @inline(__always)
    func isLast(_ handle: Handle) -> Bool {
        let index = Int(handle.index)
        if index == current, index >= 0, frames[index].generation == handle.generation { return true }
        return returns(to: handle)
    }

    /// Closes the frames inside this one, if the last of all frames is one of them.
    private func returns(to handle: Handle) -> Bool {
        let index = Int(handle.index)
        guard isLive(handle), index < current else { return false }
        var inner = current
        while inner > index { inner = frames[inner].parent }
        guard inner == index else { return false }
        inner = current
        while inner != index {
            frames[inner].end = writer.bytes.count
            inner = frames[inner].parent
        }
        current = index
        return true
    }

    func isLive(_ handle: Handle) -> Bool {
        let index = Int(handle.index)
        return frames.indices.contains(index) && frames[index].generation == handle.generation
    }

    /// Opens a frame at the end of the bytes, as an empty map until it is known to be something else.
    func push(from parent: Int, place: Int) throws -> Handle {
        let level = (parent < 0 ? depth : frames[parent].depth) + 1
        guard level <= ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
        generation &+= 1
        let start = writer.bytes.count
        writer.tag(.map)
        writer.bytes.append(0)
        current = frames.count
        frames.append(Frame(generation: generation, depth: level, parent: parent, start: start, place: place))
        return Handle(index: Int32(current), generation: generation)
    }

    /// Seals this frame and all opened after it.
    private func pop(_ index: Int) {
        for inner in index..<frames.count { seal(frames[inner]) }
        current = frames[index].parent
        frames.removeSubrange(index...)
    }

    private func seal(_ frame: Frame) {
        guard frame.kind == .map || frame.kind == .array else { return }
        if frame.count < 0x80 {
            writer.bytes[frame.start + 1] = UInt8(frame.count)
        } else {
            wideCounts.append((frame.start + 1, frame.count))
        }
    }

    /// Lets the value write itself into a new frame.
    func descend<T: Encodable>(_ value: T, from parent: Int, place: Int) throws {
        let handle = try push(from: parent, place: place)
        try call(value, into: handle)
        pop(Int(handle.index))
    }

    func call<T: Encodable>(_ value: T, into handle: Handle) throws {
        guard calls < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
        calls += 1
        defer { calls -= 1 }
        try value.encode(to: ValueEncoder(sink: self, handle: handle))
    }

    /// Takes back all that was written from the mark on.
    func rollBack(to mark: Int, frame index: Int, count: Int, frames frameCount: Int) {
        writer.bytes.removeSubrange(min(mark, writer.bytes.count)...)
        wideCounts.removeAll { $0.offset >= mark }
        frames.removeSubrange(frameCount...)
        frames[index].count = count
        current = index
    }

    private func widenCounts() {
        var widened = ValueWriter(flavor: writer.flavor)
        widened.bytes.reserveCapacity(writer.bytes.count + wideCounts.count * 4)
        var copied = 0
        for (offset, count) in wideCounts.sorted(by: { $0.offset < $1.offset }) {
            widened.bytes.append(contentsOf: writer.bytes[copied..<offset])
            widened.varint(UInt64(count))
            copied = offset + 1
        }
        widened.bytes.append(contentsOf: writer.bytes[copied...])
        writer.bytes = widened.bytes
        wideCounts = []
    }
}
