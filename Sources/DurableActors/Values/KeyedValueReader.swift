/// Reads the members of a keyed map in any order; of members with the same key the last counts.
struct KeyedValueReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let document: ValueDocument
    private let map: Int
    /// The values of a map too large to be searched.
    private let values: [String: Int]?

    init(_ document: ValueDocument, _ map: Int) throws {
        guard document.tag(at: map) == .map else { throw document.mismatch([String: Any].self, at: map) }
        self.document = document
        self.map = map
        guard Int(document.entries[map].length) > ValueCodingLimits.searchedMembers else {
            values = nil
            return
        }
        let members = KeyNodes(document, in: map).map { (document.text(at: $0), $0 + 1) }
        values = Dictionary(members) { $1 }
    }

    var codingPath: [any CodingKey] { document.path(to: map) }

    var allKeys: [Key] {
        KeyNodes(document, in: map).compactMap { Key(stringValue: document.text(at: $0)) }
    }

    func contains(_ key: Key) -> Bool {
        find(key.stringValue) != nil
    }

    private func find(_ key: String) -> Int? {
        if let values { return values[key] }
        var (node, found) = (map + 1, Int?.none)
        let end = document.next(after: map)
        while node < end {
            if document.text(at: node, equals: key) { found = node + 1 }
            node = document.next(after: node + 1)
        }
        return found
    }

    private func node(_ key: some CodingKey) throws -> Int {
        if let node = find(key.stringValue) { return node }
        let name = ValueDocument.name(of: codingPath + [key])
        throw DecodingError.keyNotFound(
            key,
            .init(codingPath: codingPath, debugDescription: "There is no value at \(name).")
        )
    }

    private func present(_ key: Key) -> Int? {
        guard let node = find(key.stringValue), document.tag(at: node) != .null else { return nil }
        return node
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try document.tag(at: node(key)) == .null
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try document.bool(at: node(key))
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try document.string(at: node(key))
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try document.double(at: node(key))
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try document.float(at: node(key))
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try document.integer(Int.self, at: node(key))
    }

    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try document.integer(Int8.self, at: node(key))
    }

    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try document.integer(Int16.self, at: node(key))
    }

    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try document.integer(Int32.self, at: node(key))
    }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try document.integer(Int64.self, at: node(key))
    }

    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try document.integer(UInt.self, at: node(key))
    }

    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try document.integer(UInt8.self, at: node(key))
    }

    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try document.integer(UInt16.self, at: node(key))
    }

    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try document.integer(UInt32.self, at: node(key))
    }

    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try document.integer(UInt64.self, at: node(key))
    }

    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try document.integer(Int128.self, at: node(key))
    }

    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try document.integer(UInt128.self, at: node(key))
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try document.bool(at: $0) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try document.string(at: $0) }
    }

    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key).map { try document.double(at: $0) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try document.integer(Int.self, at: $0) }
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try present(key).map { try document.value(type, at: $0) }
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try document.value(type, at: node(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(try KeyedValueReader<Nested>(document, node(key)))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try UnkeyedValueReader(document, node(key))
    }

    func superDecoder() throws -> any Decoder {
        ValueDecoder(document: document, node: try node(ValueKey.parent))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(document: document, node: try node(key))
    }
}
