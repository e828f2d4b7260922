import Testing

@testable import Cluster
@testable import DurableActors

/// What no node sends, and what must not stop one that gets it.
@Suite struct MalformedFrameTests {
    private func opening(_ shard: UInt64, idBytes: Int = 32, filledWith byte: UInt8 = 0) throws -> CallOpening {
        var writer = ByteWriter()
        for word in [1, 1, 1, 0, shard] { writer.append(word: word) }
        writer.append(words: [])
        writer.append(text: "key")
        writer.append(counted: [UInt8](repeating: byte, count: idBytes))
        writer.append(list: [String]()) { $0.append(text: $1) }
        writer.append(text: "method")
        for _ in 0..<2 { writer.append(list: [String]()) { $0.append(text: $1) } }
        return try CallOpening(bytes: writer.bytes)
    }

    @Test func `a call names a shard that there is, and an object of it`() throws {
        #expect(try opening(4095, filledWith: 0xFF).request.shard == ShardIndex(4095))
        for shard: UInt64 in [4096, 1 << 16, .max] {
            #expect(throws: StorageError(.format, "There is no shard \(shard).")) { try opening(shard) }
        }
        #expect(throws: StorageError(.format, "A request for shard 1 calls an object of another.")) { try opening(1) }
        #expect(throws: StorageError(.format, "An object id has 32 bytes, not 31.")) { try opening(0, idBytes: 31) }
    }

    @Test func `what keepers say of a shard that there is not is refused`() throws {
        let last = ShardMessage.want(ShardIndex(4095), .founding)
        #expect(try ValueCodec.decode(ShardMessage.self, from: ValueCodec.encode(last)) == last)
        for wrong in [
            ShardMessage.want(ShardIndex(4096), .founding), .keeping([ShardIndex(0), ShardIndex(.max)], epoch: 1),
        ] {
            #expect(throws: DecodingError.self) {
                try ValueCodec.decode(ShardMessage.self, from: ValueCodec.encode(wrong))
            }
        }
        let bundle = BundleOpening(shard: ShardIndex(5000), transfer: .founding)
        #expect(throws: DecodingError.self) {
            try ValueCodec.decode(BundleOpening.self, from: ValueCodec.encode(bundle))
        }
    }
}
