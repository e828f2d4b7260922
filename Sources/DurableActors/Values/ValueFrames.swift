/// The bytes that one encoding produces, and the containers that are still being filled.
///
/// A value, and every step over it is one access of the sink that has it. No step runs code of what is encoded.
struct ValueFrames {
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

    /// What became of an item that was to be added.
    enum Step {
        case added
        /// Its frame's parent has moved on.
        case isLate
        /// It needs a frame of its own; all before it can be taken back.
        case needsFrame(Mark)
    }

    /// How much there was before an item.
    struct Mark {
        let bytes: Int
        let frame: Int
        let count: Int
        let frames: Int
    }

    var writer: ValueWriter
    var frames = FrameStack()
    var current = -1
    /// Counts of 128 and more, which do not fit the one byte left for them, with the offset of that byte.
    var wideCounts: [(offset: Int, count: Int)] = []
    private var generation: UInt32 = 0

    init(flavor: ValueFlavor) { writer = ValueWriter(flavor: flavor) }

    /// Adds one item, with its key if the frame is a map; false when the frame's parent has moved on.
    @inline(__always)
    mutating func add(to handle: Handle, key: String?, _ write: (inout ValueWriter) throws -> Void) throws -> Bool {
        guard isLast(handle) else { return false }
        let mark = writer.bytes.count
        if let key { writer.key(key) }
        do {
            try write(&writer)
        } catch {
            writer.bytes.removeSubrange(mark...)
            throw error
        }
        frames[Int(handle.index)].count += 1
        return true
    }

    /// Adds one item of any type, if it needs no frame of its own; else its key alone.
    mutating func add<T>(_ value: T, to handle: Handle, key: String?) throws -> Step {
        guard isLast(handle) else { return .isLate }
        let index = Int(handle.index)
        let mark = Mark(bytes: writer.bytes.count, frame: index, count: frames[index].count, frames: frames.count)
        if let key { writer.key(key) }
        do {
            guard try writer.direct(value, depth: frames[index].depth) else { return .needsFrame(mark) }
        } catch {
            rollBack(to: mark)
            throw error
        }
        frames[index].count += 1
        return .added
    }

    /// Whether what is added to the frame belongs at the end of the bytes.
    @inline(__always)
    mutating func isLast(_ handle: Handle) -> Bool {
        let index = Int(handle.index)
        if index == current, index >= 0, frames[index].generation == handle.generation { return true }
        return returns(to: handle)
    }

    /// Closes the frames inside this one, if the last of all frames is one of them.
    private mutating func returns(to handle: Handle) -> Bool {
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

    /// Makes the frame a map or an array; false when it is something else, or nothing any more.
    mutating func open(_ handle: Handle, as kind: Frame.Kind) -> Bool {
        let index = Int(handle.index)
        guard isLive(handle), frames[index].kind == .unset || frames[index].kind == kind else { return false }
        frames[index].kind = kind
        if kind == .array { writer.bytes[frames[index].start] = ValueTag.array.rawValue }
        return true
    }

    /// Opens a frame at the end of the bytes, as an empty map until it is known to be something else.
    ///
    /// `depth` is that of what is around the outermost frame.
    mutating func push(from parent: Int, place: Int, depth: Int) throws -> Handle {
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
    mutating func pop(_ index: Int) {
        for inner in index..<frames.count { seal(frames[inner]) }
        current = frames[index].parent
        frames.remove(from: index)
    }

    private mutating func seal(_ frame: Frame) {
        guard frame.kind == .map || frame.kind == .array else { return }
        if frame.count < 0x80 {
            writer.bytes[frame.start + 1] = UInt8(frame.count)
        } else {
            wideCounts.append((frame.start + 1, frame.count))
        }
    }

    /// Takes back all that was written since.
    mutating func rollBack(to mark: Mark) {
        writer.bytes.removeSubrange(min(mark.bytes, writer.bytes.count)...)
        wideCounts.removeAll { $0.offset >= mark.bytes }
        frames.remove(from: mark.frames)
        frames[mark.frame].count = mark.count
        current = mark.frame
    }

    /// Puts the wide counts in.
    mutating func widenCounts() {
        guard !wideCounts.isEmpty else { return }
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
