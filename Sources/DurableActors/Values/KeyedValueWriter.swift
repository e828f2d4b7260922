/// Writes the members of a keyed map in the order they are encoded.
struct KeyedValueWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: ValueSink
    let handle: ValueSink.Handle

    var codingPath: [any CodingKey] { sink.path(to: handle) }

    func encodeNil(forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.null() }
    }

    func encode(_ value: Bool, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.bool(value) }
    }

    func encode(_ value: String, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.string(value) }
    }

    func encode(_ value: Double, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.double(value) }
    }

    func encode(_ value: Float, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.float(value) }
    }

    func encode(_ value: Int, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int8, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int16, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int32, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int64, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(value) }
    }

    func encode(_ value: UInt8, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt16, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt32, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { try $0.integer(value) }
    }

    func encode(_ value: UInt64, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { try $0.integer(value) }
    }

    func encode(_ value: Int128, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { try $0.integer(value) }
    }

    func encode(_ value: UInt128, forKey key: Key) throws {
        try sink.add(to: handle, key: key.stringValue) { try $0.integer(value) }
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try sink.add(value, to: handle, key: key.stringValue)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        nested(ValueKey.parent)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        nested(key)
    }

    private func nested(_ key: some CodingKey) -> ValueEncoder {
        ValueEncoder(sink: sink, handle: sink.nest(in: handle, key: key.stringValue))
    }
}
