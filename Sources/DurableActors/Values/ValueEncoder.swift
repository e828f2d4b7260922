/// The encoder a value is given: a view of one frame of the sink.
struct ValueEncoder: Encoder {
    let sink: ValueSink
    let handle: ValueSink.Handle

    var codingPath: [any CodingKey] { sink.path(to: handle) }
    var userInfo: [CodingUserInfoKey: Any] { sink.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedValueWriter<Key>(sink: sink, handle: sink.open(handle, as: .map)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedValueWriter(sink: sink, handle: sink.open(handle, as: .array))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleValueWriter(sink: sink, handle: handle)
    }
}
