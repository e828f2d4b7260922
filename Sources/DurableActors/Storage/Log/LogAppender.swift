/// The end of the log: the segment that takes records now, those that are full, and those that may be used again.
///
/// Used by one thread at a time. After a throw of `write` the log's end is unknown, and nothing more may be written.
struct LogAppender {
    private struct Active {
        let file: any LogFile
        let salt: UInt64
        var offset = LogSegmentHeader.byteCount
    }

    private let disk: any LogDisk
    private let sizes: LogSizes
    private let salt: UInt64
    private var active: Active?
    /// Full segments, each with the number after that of its last record.
    private var full: [(file: any LogFile, next: UInt64)] = []
    private var free: [any LogFile]
    private var names: Int
    /// The record that is written next, in memory that is used for each.
    private var record: [UInt8] = []

    init(disk: any LogDisk, sizes: LogSizes, salt: UInt64, after recovery: LogRecovery) {
        self.disk = disk
        self.sizes = sizes
        self.salt = salt
        free = recovery.free
        names = recovery.highestName
    }

    /// Whether a record of that length can be written next, in this segment or another; false when all are in use.
    ///
    /// `applied` is the first record that the store does not contain. Throws when a segment cannot be made or begun.
    mutating func makeRoom(for count: Int, next: UInt64, applied: UInt64) throws -> Bool {
        if let active {
            if active.offset + count <= active.file.length { return true }
            full.append((active.file, next))
            self.active = nil
        }
        free += full.filter { $0.next <= applied }.map(\.file)
        full.removeAll { $0.next <= applied }
        if free.isEmpty, full.count < sizes.maximumSegments {
            free.append(try disk.make(Self.name(names + 1), bytes: sizes.segmentBytes))
            names += 1
        }
        guard let file = free.last else { return false }
        let header = LogSegmentHeader(first: next, salt: salt &+ next &* 0x9E37_79B9_7F4A_7C15)
        // Flushed on its own: a header that is no good then means that no record was acknowledged behind it.
        try file.write(header.encoded, at: 0)
        try file.flush()
        free.removeLast()
        active = Active(file: file, salt: header.salt)
        return true
    }

    /// Makes a group the record that is written next; the record's bytes.
    mutating func encode(_ group: [BatchPart], sequence: UInt64) -> Int {
        LogRecord.begin(&record)
        for part in group { part.append(to: &record) }
        LogRecord.complete(&record, batches: group.reduce(0) { $0 + $1.batches.count }, sequence: sequence)
        return record.count
    }

    /// Writes the record, for which there is room; durable when it returns.
    mutating func write() throws {
        guard let active else { preconditionFailure("A record is written where no room was made.") }
        LogRecord.seal(&record, salt: active.salt)
        try active.file.write(record, at: active.offset)
        try active.file.flush()
        self.active?.offset += record.count
    }

    func close() {
        active?.file.close()
        for (file, _) in full { file.close() }
        for file in free { file.close() }
    }

    static func name(_ number: Int) -> String { "segment-\(number)" }

    /// The number in a segment's name; nil for what is none.
    static func number(_ name: String) -> Int? {
        guard name.hasPrefix("segment-") else { return nil }
        return Int(name.dropFirst("segment-".count))
    }
}
