/// One group of batches as bytes: what a log's segment holds one after the other.
///
/// ```
/// checksum (8) · "DALr" (4) · batches (4) · sequence (8) · body's bytes (4) · 0 (4) · body · 0 to a multiple of 8
/// batch: class (4) · id (32) · object number (8) · flags (1) · [created (8) · name?] · entries (4) · entry…
/// entry: kind (1) · key's bytes (4) · key · value's bytes (4), or 0xFFFFFFFF to delete · value
/// ```
///
/// Integers are big-endian. The checksum is of all that follows it and begins with the salt of the segment, so that
/// neither what was there before nor what somebody has put into a value reads as a record.
package struct LogRecord {
    static let headerBytes = 32
    private static let mark: UInt32 = 0x4441_4C72
    private static let deleted = UInt32.max

    private struct Flags {
        static let creates: UInt8 = 1
        static let isNamed: UInt8 = 2
        static let removes: UInt8 = 4
        static let clears: UInt8 = 8
    }

    package let sequence: UInt64
    /// Where it is in the bytes that it was found in.
    let range: Range<Int>
    private let batches: Int
    private let body: Range<Int>

    /// Encodes a group, all but the checksum, in place of what the bytes were.
    package static func encode(_ group: some Collection<BatchContent>, sequence: UInt64, into bytes: inout [UInt8]) {
        begin(&bytes)
        for content in group { append(content, to: &bytes) }
        complete(&bytes, batches: group.count, sequence: sequence)
    }

    /// Begins a record in place of what the bytes were.
    static func begin(_ bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: headerBytes))
    }

    /// Puts a batch behind those that the record has.
    static func append(_ content: BatchContent, to bytes: inout [UInt8]) {
        LogFiller.append(byteCount(content), to: &bytes) { put(content, into: &$0) }
    }

    /// Makes what was begun and appended to a record, all but the checksum.
    static func complete(_ bytes: inout [UInt8], batches: Int, sequence: UInt64) {
        let body = bytes.count - headerBytes
        bytes.append(contentsOf: repeatElement(0, count: -body & 7))
        bytes.replace(at: 8, big: mark)
        bytes.replace(at: 12, big: UInt32(batches))
        bytes.replace(at: 16, big: sequence)
        bytes.replace(at: 24, big: UInt32(body))
    }

    /// Puts the checksum in.
    package static func seal(_ bytes: inout [UInt8], salt: UInt64) {
        bytes.replace(at: 0, big: LogChecksum.of(bytes, from: 8, to: bytes.count, salt: salt))
    }

    /// Finds the record that begins at an offset; nil when what is there is none, or not whole.
    package init?(_ bytes: [UInt8], at offset: Int, salt: UInt64) {
        guard offset >= 0, bytes.count - offset >= Self.headerBytes else { return nil }
        guard bytes.big(UInt32.self, at: offset + 8) == Self.mark else { return nil }
        let count = Int(bytes.big(UInt32.self, at: offset + 24))
        let whole = Self.headerBytes + (count + 7) / 8 * 8
        guard bytes.count - offset >= whole else { return nil }
        let sum = LogChecksum.of(bytes, from: offset + 8, to: offset + whole, salt: salt)
        guard bytes.big(UInt64.self, at: offset) == sum else { return nil }
        sequence = bytes.big(UInt64.self, at: offset + 16)
        batches = Int(bytes.big(UInt32.self, at: offset + 12))
        range = offset..<offset + whole
        body = offset + Self.headerBytes..<offset + Self.headerBytes + count
    }

    /// The number that what is at an offset has, if it looks like a record at all, whole or not.
    static func claimedSequence(_ bytes: [UInt8], at offset: Int) -> UInt64? {
        guard bytes.count - offset >= headerBytes, bytes.big(UInt32.self, at: offset + 8) == mark else { return nil }
        return bytes.big(UInt64.self, at: offset + 16)
    }

    /// Where the next thing is that looks like a record, whole or not.
    static func nextClaim(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.firstWord(mark, from: start + 8, step: 8, until: bytes.count - headerBytes + 8).map { $0 - 8 }
    }

    /// The batches, read from the bytes that the record was found in.
    package func contents(_ bytes: [UInt8]) throws -> [BatchContent] {
        var reader = ByteReader(Array(bytes[body]))
        let contents = try (0..<batches).map { _ in try Self.read(&reader) }
        guard reader.isAtEnd else { throw StorageError(.format, "Record \(sequence) of the log has a rest.") }
        return contents
    }

    /// How many bytes a batch takes.
    private static func byteCount(_ content: BatchContent) -> Int {
        // The class, the id, the number, the flags and how many entries there are; of an entry its kind and two lengths.
        var count = 4 + 32 + 8 + 1 + 4 + content.writes.entries.count * 9 + content.writes.byteCount
        if let creation = content.creation { count += 8 + (creation.name.map { 4 + $0.utf8.count } ?? 0) }
        return count
    }

    private static func put(_ content: BatchContent, into filler: inout LogFiller) {
        filler.put(big: content.classNumber.value)
        let (first, second, third, fourth) = content.id.identity.words
        filler.put(big: first)
        filler.put(big: second)
        filler.put(big: third)
        filler.put(big: fourth)
        filler.put(big: content.locator.number)
        var flags: UInt8 = 0
        if content.creation != nil { flags |= Flags.creates }
        if content.creation?.name != nil { flags |= Flags.isNamed }
        if content.removesObject { flags |= Flags.removes }
        if content.writes.clearsContents { flags |= Flags.clears }
        filler.put(big: flags)
        if let creation = content.creation {
            filler.put(big: UInt64(bitPattern: creation.createdAt))
            if let name = creation.name { filler.put(counted: Array(name.utf8)) }
        }
        filler.put(big: UInt32(content.writes.entries.count))
        content.writes.entries.visit { row in
            filler.put(big: row.key.kind.rawValue)
            filler.put(counted: row.key.bytes)
            if let value = row.value { filler.put(counted: value) } else { filler.put(big: deleted) }
        }
    }

    private static func read(_ reader: inout ByteReader) throws -> BatchContent {
        let classNumber = ClassNumber(try reader.read(UInt32.self))
        let id = DurableObjectId(bytes: Array(try reader.read(count: 32)), name: nil)
        let number = try reader.read(UInt64.self)
        let flags = try reader.read(UInt8.self)
        var creation: ObjectRecord?
        if flags & Flags.creates != 0 {
            let created = Int64(bitPattern: try reader.read(UInt64.self))
            let name = flags & Flags.isNamed != 0 ? String(decoding: try reader.readCounted(), as: UTF8.self) : nil
            creation = ObjectRecord(number: number, name: name, createdAt: created)
        }
        var writes = WriteSet()
        if flags & Flags.clears != 0 { writes.clearContents() }
        for _ in 0..<(try reader.read(UInt32.self)) {
            guard let kind = RowKind(rawValue: try reader.read(UInt8.self)) else {
                throw StorageError(.format, "The log has a row of an unknown kind.")
            }
            let key = try reader.readCounted()
            let count = try reader.read(UInt32.self)
            writes.set(RowKey(kind, key), count == deleted ? nil : Array(try reader.read(count: Int(count))))
        }
        return BatchContent(
            classNumber: classNumber,
            id: id,
            locator: ObjectLocator(shard: id.shard, number: number),
            creation: creation,
            writes: writes,
            removesObject: flags & Flags.removes != 0
        )
    }
}
