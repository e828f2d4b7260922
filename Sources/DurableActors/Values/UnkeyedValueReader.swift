/// Reads the items of an array one after the other; an item that cannot be decoded is not passed over.
struct UnkeyedValueReader: UnkeyedDecodingContainer {
    private let document: ValueDocument
    private let array: Int
    private var node: Int
    private(set) var currentIndex = 0

    init(_ document: ValueDocument, _ array: Int) throws {
        guard document.tag(at: array) == .array else { throw document.mismatch([Any].self, at: array) }
        self.document = document
        self.array = array
        node = array + 1
    }

    var codingPath: [any CodingKey] { document.path(to: array) }
    var count: Int? { Int(document.entries[array].length) }
    var isAtEnd: Bool { node >= document.next(after: array) }

    @inline(__always)
    private mutating func item<T>(
        _ type: T.Type,
        _ read: (Int) throws -> T
    ) throws -> T {
        guard !isAtEnd else {
            let path = codingPath + [ValueKey(intValue: currentIndex)]
            let reason = "There is no value at \(ValueDocument.name(of: path))."
            throw DecodingError.valueNotFound(type, .init(codingPath: path, debugDescription: reason))
        }
        let value = try read(node)
        node = document.next(after: node)
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        if !isAtEnd, document.tag(at: node) != .null { return false }
        return try item(Bool.self) { _ in true }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try item(type) { [document] in try document.bool(at: $0) }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try item(type) { [document] in try document.string(at: $0) }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try item(type) { [document] in try document.double(at: $0) }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try item(type) { [document] in try document.float(at: $0) }
    }

    mutating func decode(_ type: Int.Type) throws -> Int {
        try item(type) { [document] in try document.integer(Int.self, at: $0) }
    }

    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        try item(type) { [document] in try document.integer(Int8.self, at: $0) }
    }

    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        try item(type) { [document] in try document.integer(Int16.self, at: $0) }
    }

    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        try item(type) { [document] in try document.integer(Int32.self, at: $0) }
    }

    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        try item(type) { [document] in try document.integer(Int64.self, at: $0) }
    }

    mutating func decode(_ type: UInt.Type) throws -> UInt {
        try item(type) { [document] in try document.integer(UInt.self, at: $0) }
    }

    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        try item(type) { [document] in try document.integer(UInt8.self, at: $0) }
    }

    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try item(type) { [document] in try document.integer(UInt16.self, at: $0) }
    }

    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try item(type) { [document] in try document.integer(UInt32.self, at: $0) }
    }

    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try item(type) { [document] in try document.integer(UInt64.self, at: $0) }
    }

    mutating func decode(_ type: Int128.Type) throws -> Int128 {
        try item(type) { [document] in try document.integer(Int128.self, at: $0) }
    }

    mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
        try item(type) { [document] in try document.integer(UInt128.self, at: $0) }
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try item(type) { [document] in try document.value(type, at: $0) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(
            try item(KeyedValueReader<Nested>.self) { [document] in try KeyedValueReader(document, $0) }
        )
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try item(UnkeyedValueReader.self) { [document] in try UnkeyedValueReader(document, $0) }
    }

    mutating func superDecoder() throws -> any Decoder {
        try item(ValueDecoder.self) { [document] in ValueDecoder(document: document, node: $0) }
    }
}
