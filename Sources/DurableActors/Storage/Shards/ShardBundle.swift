/// All that a store has of one shard, as messages from the node that gives it to the one that takes it.
///
/// ```
/// message     checksum (8) · kind (1) · content · 0 to a multiple of 8
/// head        "DAsb" (4) · version (2) · shard (2) · next object number (8) · classes (4) · (number (4) · unique key)…
/// directory   entries (4) · (key · value)…, as in the table of that name, with the giver's class numbers
/// rows        entries (4) · (key · value)…
/// handover    bytes: what the giver's memory has of the shard beside its rows
/// end         entries of the directory (8) · rows (8) · bytes of the handover (8)
/// ```
///
/// Integers are big-endian, and what has no number of bytes here is counted. A message's checksum is of all that follows
/// it and begins with the checksum of the message before, so that none can be changed, missing, twice or at another place.
/// The head comes first, the end last. Alarms are not in it: the index follows from the objects' rows.
package enum ShardBundle {
    static let mark: UInt32 = 0x4441_7362
    static let version: UInt16 = 1
    static let checksumBytes = 8
    /// What the first message's checksum begins with.
    static let firstSalt: UInt64 = 0x7368_6172_645F_6231

    enum Kind: UInt8 {
        case head = 1
        case directory = 2
        case rows = 3
        case handover = 4
        case end = 5
    }

    /// A class by the number that stands for it in keys of the giver's directory.
    struct ClassKey: Sendable, Hashable {
        let number: ClassNumber
        let uniqueKey: String
    }

    struct Head: Sendable, Hashable {
        let shard: ShardIndex
        /// Above the number of every object that the giver has or had.
        let nextObject: UInt64
        let classes: [ClassKey]
    }

    struct Row: Sendable, Hashable {
        let key: [UInt8]
        let value: [UInt8]
    }

    /// How much a bundle has of each thing.
    struct Counts: Sendable, Hashable {
        var directory: UInt64 = 0
        var rows: UInt64 = 0
        var handover: UInt64 = 0
    }

    enum Message: Sendable, Hashable {
        case head(Head)
        case directory([Row])
        case rows([Row])
        case handover([UInt8])
        case end
    }

    /// The head's content, which is also how it is kept with a bundle that has come.
    static func encode(_ head: Head) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(big: mark)
        bytes.append(big: version)
        bytes.append(big: head.shard.value)
        bytes.append(big: head.nextObject)
        bytes.append(big: UInt32(head.classes.count))
        for key in head.classes {
            bytes.append(big: key.number.value)
            bytes.append(counted: Array(key.uniqueKey.utf8))
        }
        return bytes
    }

    static func readHead(_ reader: inout ByteReader) throws -> Head {
        guard try reader.read(UInt32.self) == mark else { throw StorageError(.format, "This is no bundle of a shard.") }
        let found = try reader.read(UInt16.self)
        guard found == version else {
            throw StorageError(.format, "The bundle has version \(found); this version reads \(version).")
        }
        let shard = ShardIndex(try reader.read(UInt16.self))
        let nextObject = try reader.read(UInt64.self)
        let classes = try (0..<(try reader.read(UInt32.self))).map { _ in
            let number = ClassNumber(try reader.read(UInt32.self))
            return ClassKey(number: number, uniqueKey: String(decoding: try reader.readCounted(), as: UTF8.self))
        }
        return Head(shard: shard, nextObject: nextObject, classes: classes)
    }
}
