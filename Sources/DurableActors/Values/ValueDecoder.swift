/// The decoder a value is given: a view of one entry of the document.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let document: ValueDocument
    let node: Int

    var codingPath: [any CodingKey] { document.path(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { document.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedValueReader<Key>(document, node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try UnkeyedValueReader(document, node)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    func decodeNil() -> Bool {
        document.tag(at: node) == .null
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try document.bool(at: node)
    }

    func decode(_ type: String.Type) throws -> String {
        try document.string(at: node)
    }

    func decode(_ type: Double.Type) throws -> Double {
        try document.double(at: node)
    }

    func decode(_ type: Float.Type) throws -> Float {
        try document.float(at: node)
    }

    func decode(_ type: Int.Type) throws -> Int {
        try document.integer(Int.self, at: node)
    }

    func decode(_ type: Int8.Type) throws -> Int8 {
        try document.integer(Int8.self, at: node)
    }

    func decode(_ type: Int16.Type) throws -> Int16 {
        try document.integer(Int16.self, at: node)
    }

    func decode(_ type: Int32.Type) throws -> Int32 {
        try document.integer(Int32.self, at: node)
    }

    func decode(_ type: Int64.Type) throws -> Int64 {
        try document.integer(Int64.self, at: node)
    }

    func decode(_ type: UInt.Type) throws -> UInt {
        try document.integer(UInt.self, at: node)
    }

    func decode(_ type: UInt8.Type) throws -> UInt8 {
        try document.integer(UInt8.self, at: node)
    }

    func decode(_ type: UInt16.Type) throws -> UInt16 {
        try document.integer(UInt16.self, at: node)
    }

    func decode(_ type: UInt32.Type) throws -> UInt32 {
        try document.integer(UInt32.self, at: node)
    }

    func decode(_ type: UInt64.Type) throws -> UInt64 {
        try document.integer(UInt64.self, at: node)
    }

    func decode(_ type: Int128.Type) throws -> Int128 {
        try document.integer(Int128.self, at: node)
    }

    func decode(_ type: UInt128.Type) throws -> UInt128 {
        try document.integer(UInt128.self, at: node)
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try document.value(type, at: node)
    }
}
