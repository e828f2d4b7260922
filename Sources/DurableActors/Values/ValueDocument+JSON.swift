extension ValueDocument {
    /// The JSON value of the same shape; bytes, dates and integers JSON has no exact number for have none.
    func json(at node: Int) throws -> JSONValue {
        switch tag(at: node) {
        case .null: return .null
        case .false: return .bool(false)
        case .true: return .bool(true)
        case .integer: return .integer(zigzag(at: node))
        case .unsigned, .wideInteger, .wideUnsigned, .double, .float: return .double(try double(at: node))
        case .string: return .string(text(at: node))
        case .bytes, .date: throw mismatch(JSONValue.self, at: node)
        case .array:
            var items: [JSONValue] = []
            items.reserveCapacity(Int(entries[node].length))
            var item = node + 1
            while item < next(after: node) {
                items.append(try json(at: item))
                item = next(after: item)
            }
            return .array(items)
        case .map:
            var object = JSONObject()
            var key = node + 1
            while key < next(after: node) {
                object[text(at: key)] = try json(at: key + 1)
                key = next(after: key + 1)
            }
            return .object(object)
        }
    }

    /// Appends the text `JSON.stringify` gives for the value.
    func write(_ node: Int, to text: inout JSONText) throws {
        switch tag(at: node) {
        case .null: text.null()
        case .false: text.bool(false)
        case .true: text.bool(true)
        case .integer: text.integer(zigzag(at: node))
        case .double: text.double(Double(bitPattern: fixed(UInt64.self, at: node)))
        case .string: text.string(slice(at: node))
        case .array:
            var item = node + 1
            text.open(.array)
            while item < next(after: node) {
                text.separate()
                try write(item, to: &text)
                item = next(after: item)
            }
            text.close(.array)
        case .map where repeatsKeys(node): try json(at: node).write(to: &text, depth: 0)
        case .map:
            var key = node + 1
            text.open(.object)
            while key < next(after: node) {
                text.separate()
                text.string(slice(at: key))
                text.colon()
                try write(key + 1, to: &text)
                key = next(after: key + 1)
            }
            text.close(.object)
        default: try json(at: node).write(to: &text, depth: 0)
        }
    }

    /// Whether two members of the map have the same key.
    private func repeatsKeys(_ node: Int) -> Bool {
        let end = next(after: node)
        if Int(entries[node].length) > ValueCodingLimits.searchedMembers {
            return Set(KeyNodes(self, in: node).map(slice(at:))).count < entries[node].length
        }
        var key = node + 1
        while key < end {
            var other = next(after: key + 1)
            while other < end {
                if entries[key].length == entries[other].length, slice(at: key) == slice(at: other) { return true }
                other = next(after: other + 1)
            }
            key = next(after: key + 1)
        }
        return false
    }
}

/// The entries of a map's keys, in order.
struct KeyNodes: Sequence, IteratorProtocol {
    private let document: ValueDocument
    private let end: Int
    private var key: Int

    init(_ document: ValueDocument, in map: Int) {
        self.document = document
        end = document.next(after: map)
        key = map + 1
    }

    mutating func next() -> Int? {
        guard key < end else { return nil }
        defer { key = document.next(after: key + 1) }
        return key
    }
}
