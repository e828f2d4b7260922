/// Writes the items of an array.
struct UnkeyedValueWriter: UnkeyedEncodingContainer {
    let sink: ValueSink
    let handle: ValueSink.Handle

    var codingPath: [any CodingKey] { sink.path(to: handle) }
    var count: Int { sink.isLive(handle) ? sink.body.frames[Int(handle.index)].count : 0 }

    func encodeNil() throws {
        try sink.add(to: handle, key: nil) { $0.null() }
    }

    func encode(_ value: Bool) throws {
        try sink.add(to: handle, key: nil) { $0.bool(value) }
    }

    func encode(_ value: String) throws {
        try sink.add(to: handle, key: nil) { $0.string(value) }
    }

    func encode(_ value: Double) throws {
        try sink.add(to: handle, key: nil) { $0.double(value) }
    }

    func encode(_ value: Float) throws {
        try sink.add(to: handle, key: nil) { $0.float(value) }
    }

    func encode(_ value: Int) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int8) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int16) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int32) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int64) throws {
        try sink.add(to: handle, key: nil) { $0.integer(value) }
    }

    func encode(_ value: UInt8) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt16) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt32) throws {
        try sink.add(to: handle, key: nil) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt) throws {
        try sink.add(to: handle, key: nil) { try $0.integer(value) }
    }

    func encode(_ value: UInt64) throws {
        try sink.add(to: handle, key: nil) { try $0.integer(value) }
    }

    func encode(_ value: Int128) throws {
        try sink.add(to: handle, key: nil) { try $0.integer(value) }
    }

    func encode(_ value: UInt128) throws {
        try sink.add(to: handle, key: nil) { try $0.integer(value) }
    }

    func encode<T: Encodable>(_ value: T) throws {
        try sink.add(value, to: handle, key: nil)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        nested().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        nested()
    }

    private func nested() -> ValueEncoder {
        ValueEncoder(sink: sink, handle: sink.nest(in: handle, key: nil))
    }
}
