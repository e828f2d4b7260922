/// The containers of a value that are being filled, the outermost first.
///
/// The outermost is apart, so that a value without others in it needs no memory for them.
struct FrameStack {
    typealias Frame = ValueFrames.Frame

    /// Means nothing while there is no frame.
    private var outermost = Frame(generation: 0, depth: 0, parent: -1, start: 0, place: 0)
    private var others: [Frame] = []
    private var isEmpty = true

    var count: Int { isEmpty ? 0 : others.count + 1 }
    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Frame {
        @inline(__always) get {
            precondition(index > 0 || !isEmpty, "There is no frame.")
            return index > 0 ? others[index - 1] : outermost
        }
        @inline(__always) set {
            precondition(index > 0 || !isEmpty, "There is no frame.")
            if index > 0 { others[index - 1] = newValue } else { outermost = newValue }
        }
    }

    mutating func append(_ frame: Frame) {
        if isEmpty { outermost = frame } else { others.append(frame) }
        isEmpty = false
    }

    /// Takes out all frames from an index on.
    mutating func remove(from index: Int) {
        if !others.isEmpty { others.removeLast(others.count - max(index - 1, 0)) }
        if index == 0 { isEmpty = true }
    }
}
