/// The identity of an object within its class: 32 bytes, and the name it was made from where there is one.
///
/// Two ids are equal when their bytes are; the name does not count.
public struct DurableObjectId: Sendable, Hashable, CustomStringConvertible {
    /// The longest name, in UTF-8 bytes, that an id keeps; a longer one still makes an id, without a `name`.
    public static let maximumKeptNameBytes = 1024

    package let identity: ObjectIdentity
    /// The name given to `idFromName`; nil for random ids and for ids read from text.
    public let name: String?

    package init(bytes: [UInt8], name: String?) {
        identity = ObjectIdentity(bytes)
        self.name = name.flatMap { $0.utf8.count <= Self.maximumKeptNameBytes ? $0 : nil }
    }

    /// The 32 bytes: a base of 16 and a check of 16 that ties it to the class.
    package var bytes: [UInt8] { identity.bytes }

    /// Always nil: no host of this package keeps data within a jurisdiction.
    public var jurisdiction: DurableObjectJurisdiction? { nil }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hex.encode(bytes) }

    /// Compares the bytes; the name is ignored.
    public func equals(_ other: DurableObjectId) -> Bool { self == other }

    /// Compares the bytes; the name is ignored.
    public static func == (left: DurableObjectId, right: DurableObjectId) -> Bool { left.identity == right.identity }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }

    /// Which of the 4,096 virtual shards the object belongs to: the first 12 bits of the id, for ever.
    ///
    /// Ids are the output of a keyed hash or random, so the shards fill evenly.
    package var shard: ShardIndex { ShardIndex(UInt16(truncatingIfNeeded: identity.words.0 >> 52)) }
}

/// One of the virtual shards, the unit in which objects move between nodes.
package struct ShardIndex: Sendable, Hashable, Comparable, Codable {
    /// The number of shards, fixed for ever because ids map to them.
    package static let count = 4096
    package let value: UInt16
    package init(_ value: UInt16) { self.value = value }

    package static func < (left: ShardIndex, right: ShardIndex) -> Bool { left.value < right.value }
}

extension ShardIndex {
    /// Reads the number of a shard; throws for one that is none's.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        value = try container.decode(UInt16.self, forKey: .value)
        guard value < Self.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .value,
                in: container,
                debugDescription: "There is no shard \(value)."
            )
        }
    }
}
