/// What a segment's file begins with: which record is its first, and the salt of this use of the file.
///
/// `checksum (8) · "DALOGv01" (8) · first (8) · salt (8)`, then zeros up to the first record.
struct LogSegmentHeader: Equatable {
    static let byteCount = 64
    private static let mark: UInt64 = 0x4441_4C4F_4776_3031
    private static let coveredBytes = 32

    let first: UInt64
    let salt: UInt64

    init(first: UInt64, salt: UInt64) {
        self.first = first
        self.salt = salt
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount, bytes.big(UInt64.self, at: 8) == Self.mark else { return nil }
        let sum = LogChecksum.of(bytes, from: 8, to: Self.coveredBytes, salt: 0)
        guard bytes.big(UInt64.self, at: 0) == sum else { return nil }
        self.init(first: bytes.big(UInt64.self, at: 16), salt: bytes.big(UInt64.self, at: 24))
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(big: UInt64(0))
        bytes.append(big: Self.mark)
        bytes.append(big: first)
        bytes.append(big: salt)
        bytes.replace(at: 0, big: LogChecksum.of(bytes, from: 8, to: Self.coveredBytes, salt: 0))
        return bytes + [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
    }
}

/// A segment as it was found on the disk: the records from its first on, up to what is none.
struct FoundSegment {
    let bytes: [UInt8]
    let header: LogSegmentHeader
    let records: [LogRecord]

    /// Nil when the file was never used, or its first use did not get far enough for a record to be acknowledged.
    init?(_ bytes: [UInt8]) {
        guard let header = LogSegmentHeader(bytes) else { return nil }
        self.bytes = bytes
        self.header = header
        var records: [LogRecord] = []
        var offset = LogSegmentHeader.byteCount
        while let record = LogRecord(bytes, at: offset, salt: header.salt),
            record.sequence == header.first + UInt64(records.count)
        {
            records.append(record)
            offset = record.range.upperBound
        }
        self.records = records
    }

    /// The number after that of the last record.
    var next: UInt64 { header.first + UInt64(records.count) }

    /// A record of this use of the file behind something that is none, which only damage can bring about.
    var recordBehindDamage: UInt64? {
        var offset = records.last?.range.upperBound ?? LogSegmentHeader.byteCount
        while let claimed = LogRecord.nextClaim(in: bytes, from: offset) {
            if let record = LogRecord(bytes, at: claimed, salt: header.salt), record.sequence > next {
                return record.sequence
            }
            offset = claimed + 8
        }
        return nil
    }
}
