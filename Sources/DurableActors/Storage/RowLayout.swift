/// Where each thing is in the store: format 1, decided once, or format 2, the same with a log in front of it.
///
/// ```
/// meta       "format" → u32 · "nextObject" → u64 · "nextClass" → u32 · "class/" unique key → class number ·
///            "logged" → u64, the first record of the log that the store does not contain ·
///            "arrived/" shard (2) → mark of a bundle that came from another node and does not count yet, see `ShardMark` ·
///            "arrived/" shard (2) · the giver's directory key → record; the bundle's rows are where they will be ·
///            "cluster/" … → what the node knows of its cluster
/// directory  class number (4) · object id (32) → record: version (1), number (8), created (8), name?
/// rows       shard (2) · object number (8) · kind (1) · key → value
///            a facet's row in its parent: record, and where it begins as something (8), see `FacetOrigin`
/// alarms     due ms (8) · shard (2) · object number (8) · alarm's name → class number (4) · object id (32)
/// ```
///
/// Integers are big-endian, so an object and a shard are one contiguous range each and alarms are in order of time.
/// Object numbers are given out once per environment and never used again; objects that come from another environment keep
/// theirs, so a number alone says nothing: it is one of its shard, and what is given out is above all that have come.
package enum RowLayout {
    package static let formatVersion: UInt32 = 1
    package static let loggedFormatVersion: UInt32 = 2

    package static let formatKey = Array("format".utf8)
    package static let nextObjectKey = Array("nextObject".utf8)
    package static let loggedKey = Array("logged".utf8)
    package static let nextClassKey = Array("nextClass".utf8)
    package static let arrivedPrefix = Array("arrived/".utf8)

    /// Where a bundle's mark is; its entries of the directory are behind it.
    package static func arrivedKey(_ shard: ShardIndex) -> [UInt8] {
        arrivedPrefix + [UInt8(truncatingIfNeeded: shard.value >> 8), UInt8(truncatingIfNeeded: shard.value)]
    }

    /// The shard whose mark has that key; nil where it is none.
    static func decodeArrivedKey(_ key: [UInt8]) -> ShardIndex? {
        guard key.count == arrivedPrefix.count + 2 else { return nil }
        return ShardIndex(key.suffix(2).reduce(0) { $0 << 8 | UInt16($1) })
    }

    package static func classKey(_ uniqueKey: String) -> [UInt8] {
        Array("class/".utf8) + Array(uniqueKey.utf8)
    }

    package static func directoryKey(_ classNumber: ClassNumber, _ id: DurableObjectId) -> [UInt8] {
        var key = ByteWriter()
        key.append(classNumber.value)
        key.append(raw: id.bytes)
        return key.bytes
    }

    /// The objects of a class in a shard: the first 12 bits of an id are its shard.
    package static func directoryRange(_ classNumber: ClassNumber, _ shard: ShardIndex) -> KeyRange {
        func key(_ shard: UInt16) -> [UInt8] {
            var key = ByteWriter()
            key.append(classNumber.value)
            key.append(shard << 4)
            return key.bytes
        }
        let isLast = Int(shard.value) == ShardIndex.count - 1
        let end = isLast ? KeyRange.prefix(Array(key(0).prefix(4))).upper : key(shard.value + 1)
        return KeyRange(lower: key(shard.value), upper: end)
    }

    /// The class and the id that a key of the directory was made from.
    static func decodeDirectoryKey(_ key: [UInt8]) throws -> (classNumber: ClassNumber, id: DurableObjectId) {
        var reader = ByteReader(key)
        let classNumber = ClassNumber(try reader.read(UInt32.self))
        return (classNumber, DurableObjectId(bytes: Array(try reader.read(count: 32)), name: nil))
    }

    /// All rows of a shard's objects.
    package static func rowRange(_ shard: ShardIndex) -> KeyRange {
        KeyRange.prefix([UInt8(truncatingIfNeeded: shard.value >> 8), UInt8(truncatingIfNeeded: shard.value)])
    }

    /// What all rows of an object begin with.
    package static func objectPrefix(_ object: ObjectLocator) -> [UInt8] {
        Array(rowKey(object, .keyValue, []).prefix(rowPrefixLength - 1))
    }

    package static func rowKey(_ object: ObjectLocator, _ kind: RowKind, _ bytes: some Collection<UInt8>) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(rowPrefixLength + bytes.count)
        key.append(addingCapacity: rowPrefixLength) { key in
            key.append(UInt8(truncatingIfNeeded: object.shard.value >> 8))
            key.append(UInt8(truncatingIfNeeded: object.shard.value))
            var shift = UInt64(64)
            while shift > 0 {
                shift -= 8
                key.append(UInt8(truncatingIfNeeded: object.number >> shift))
            }
            key.append(kind.rawValue)
        }
        key.append(contentsOf: bytes)
        return key
    }

    /// The bytes before an object's own key in `rowKey`.
    package static let rowPrefixLength = 11

    package static func alarmKey(due: Int64, _ object: ObjectLocator, name: [UInt8]) -> [UInt8] {
        var key = ByteWriter()
        key.append(UInt64(max(due, 0)))
        key.append(object.shard.value)
        key.append(object.number)
        key.append(raw: name)
        return key.bytes
    }

    /// The object and the name that an alarm's key was made from.
    package static func decodeAlarmKey(_ key: [UInt8]) throws -> (object: ObjectLocator, name: [UInt8]) {
        var reader = ByteReader(key)
        _ = try reader.read(UInt64.self)
        let shard = ShardIndex(try reader.read(UInt16.self))
        return (ObjectLocator(shard: shard, number: try reader.read(UInt64.self)), reader.readRest())
    }

    package static func encode(_ record: ObjectRecord) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt8(1))
        writer.append(record.number)
        writer.append(UInt64(bitPattern: record.createdAt))
        if let name = record.name { writer.append(counted: Array(name.utf8)) }
        return writer.bytes
    }

    package static func decodeRecord(_ bytes: [UInt8]) throws -> ObjectRecord {
        var reader = ByteReader(bytes)
        return try readRecord(&reader)
    }

    /// Reads a record, behind which a facet's row may say more.
    static func readRecord(_ reader: inout ByteReader) throws -> ObjectRecord {
        guard try reader.read(UInt8.self) == 1 else {
            throw StorageError(.format, "A directory record has an unknown version.")
        }
        let number = try reader.read(UInt64.self)
        let created = Int64(bitPattern: try reader.read(UInt64.self))
        let name = reader.isAtEnd ? nil : String(decoding: try reader.readCounted(), as: UTF8.self)
        return ObjectRecord(number: number, name: name, createdAt: created)
    }
}
