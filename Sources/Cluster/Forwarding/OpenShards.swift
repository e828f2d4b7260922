internal import DurableActors
internal import struct Synchronization.Atomic

/// Which shards this process serves without asking anybody: read for every event, changed seldom.
@safe final class OpenShards: @unchecked Sendable {
    private static let words = ShardIndex.count / 64
    // Safe because it is initialised here, its elements are atomic, and it is freed with the only reference to it.
    private let bits = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: words)

    init() {
        for word in 0..<Self.words { unsafe (bits + word).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe bits.deinitialize(count: Self.words)
        unsafe bits.deallocate()
    }

    func contains(_ shard: ShardIndex) -> Bool {
        unsafe bits[Int(shard.value >> 6)].load(ordering: .sequentiallyConsistent) & (1 << UInt64(shard.value & 63))
            != 0
    }

    func insert(_ shard: ShardIndex) {
        unsafe bits[Int(shard.value >> 6)].bitwiseOr(1 << UInt64(shard.value & 63), ordering: .sequentiallyConsistent)
    }

    func remove(_ shard: ShardIndex) {
        unsafe bits[Int(shard.value >> 6)]
            .bitwiseAnd(~(1 << UInt64(shard.value & 63)), ordering: .sequentiallyConsistent)
    }
}
