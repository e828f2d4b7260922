/// Decodes values from a row: members from columns, a single value from the only column.
struct SqlRowDecoder: Decoder {
    let row: SqlStorageRow

    static func decode<Row: Decodable>(_ type: Row.Type, from row: SqlStorageRow) throws -> Row {
        if row.values.count == 1, let found = try SqlColumnDecoder(value: row.values[0]).scalar(type) { return found }
        return try Row(from: SqlRowDecoder(row: row))
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Columns<Key>(row: row))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw SqlColumnDecoder.mismatch("A row is not a list of values.", [])
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        guard row.values.count == 1 else {
            throw SqlColumnDecoder.mismatch("The row has \(row.values.count) columns, not one.", [])
        }
        return SqlColumnDecoder(value: row.values[0])
    }

    private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let row: SqlStorageRow

        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { row.columnNames.compactMap { Key(stringValue: $0) } }
        func contains(_ key: Key) -> Bool { row[key.stringValue] != nil }
        func decodeNil(forKey key: Key) throws -> Bool { try column(key).decodeNil() }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try column(key).decode(type)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try column(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try column(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { SqlRowDecoder(row: row) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try column(key) }

        private func column(_ key: Key) throws -> SqlColumnDecoder {
            guard let value = row[key.stringValue] else {
                throw DecodingError.keyNotFound(
                    key,
                    .init(codingPath: [], debugDescription: "The row has no column \"\(key.stringValue)\".")
                )
            }
            return SqlColumnDecoder(value: value, codingPath: [key])
        }
    }
}

/// Decodes a value from one column.
struct SqlColumnDecoder: Decoder, SingleValueDecodingContainer {
    let value: SqlStorageValue
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw Self.mismatch("A column holds a single value.", codingPath)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw Self.mismatch("A column holds a single value.", codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { value.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try scalar(type) ?? Value(from: self)
    }

    /// The value, if its type is one that SQL knows; nil for types that are made of others.
    func scalar<Value>(_ type: Value.Type) throws -> Value? {
        guard let readable = type as? any SqlStorageReadable.Type else { return nil }
        if let found = readable.init(sqlStorageValue: value) as? Value { return found }
        if value.isNull {
            throw DecodingError.valueNotFound(
                type,
                .init(codingPath: codingPath, debugDescription: "The value is NULL.")
            )
        }
        throw Self.mismatch("\(value) is no \(type).", codingPath)
    }

    static func mismatch(_ text: String, _ path: [any CodingKey]) -> DecodingError {
        .typeMismatch(SqlStorageValue.self, .init(codingPath: path, debugDescription: text))
    }
}
