/// Which entries `list` gives, and in which direction.
public struct ListOptions: Sendable, Equatable {
    /// The first key, included.
    public var start: String?
    /// The key after which to begin; not together with `start`.
    public var startAfter: String?
    /// The key before which to end.
    public var end: String?
    /// What every key begins with.
    public var prefix: String?
    /// From the last key to the first; `limit` then counts from the end.
    public var reverse: Bool
    /// How many entries at most; must be positive.
    public var limit: Int?

    /// Makes options; all entries in ascending order unless told otherwise.
    public init(
        start: String? = nil,
        startAfter: String? = nil,
        end: String? = nil,
        prefix: String? = nil,
        reverse: Bool = false,
        limit: Int? = nil
    ) {
        self.start = start
        self.startAfter = startAfter
        self.end = end
        self.prefix = prefix
        self.reverse = reverse
        self.limit = limit
    }

    /// The keys meant, in UTF-8 byte order.
    package func range() throws(DurableObjectError) -> KeyRange {
        guard start == nil || startAfter == nil else {
            throw .typeError("list() cannot be called with both start and startAfter values.")
        }
        if let limit, limit <= 0 { throw .typeError("List limit must be positive.") }
        var range = KeyRange(lower: Array((start ?? "").utf8), upper: end.map { Array($0.utf8) })
        if let startAfter { range.lower = Array(startAfter.utf8) + [0] }
        return prefix.map { range.intersection(.prefix(Array($0.utf8))) } ?? range
    }
}

/// Entries of an object's storage in the order of their keys' UTF-8 bytes, as JavaScript's `Map` has them.
public struct StorageEntries<Value: Sendable>: Sendable, RandomAccessCollection {
    /// One key and its value.
    public typealias Element = (key: String, value: Value)

    private let entries: [Element]

    init(_ entries: [Element]) { self.entries = entries }

    /// The first position.
    public var startIndex: Int { 0 }
    /// The position after the last.
    public var endIndex: Int { entries.count }
    /// The entry at a position.
    public subscript(position: Int) -> Element { entries[position] }

    /// The value of a key, nil when it is not among the entries.
    ///
    /// - Complexity: O(*n*).
    public subscript(key: String) -> Value? { entries.first { $0.key == key }?.value }

    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }
    /// The values in the order of their keys.
    public var values: [Value] { entries.map(\.value) }
}
