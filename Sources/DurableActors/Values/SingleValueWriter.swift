/// Writes the one value an encoder is to hold.
struct SingleValueWriter: SingleValueEncodingContainer {
    let sink: ValueSink
    let handle: ValueSink.Handle

    var codingPath: [any CodingKey] { sink.path(to: handle) }

    func encodeNil() throws {
        try sink.set(handle) { $0.null() }
    }

    func encode(_ value: Bool) throws {
        try sink.set(handle) { $0.bool(value) }
    }

    func encode(_ value: String) throws {
        try sink.set(handle) { $0.string(value) }
    }

    func encode(_ value: Double) throws {
        try sink.set(handle) { $0.double(value) }
    }

    func encode(_ value: Float) throws {
        try sink.set(handle) { $0.float(value) }
    }

    func encode(_ value: Int) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int8) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int16) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int32) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: Int64) throws {
        try sink.set(handle) { $0.integer(value) }
    }

    func encode(_ value: UInt8) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt16) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt32) throws {
        try sink.set(handle) { $0.integer(Int64(value)) }
    }

    func encode(_ value: UInt) throws {
        try sink.set(handle) { try $0.integer(value) }
    }

    func encode(_ value: UInt64) throws {
        try sink.set(handle) { try $0.integer(value) }
    }

    func encode(_ value: Int128) throws {
        try sink.set(handle) { try $0.integer(value) }
    }

    func encode(_ value: UInt128) throws {
        try sink.set(handle) { try $0.integer(value) }
    }

    func encode<T: Encodable>(_ value: T) throws {
        try sink.set(value, in: handle)
    }
}
