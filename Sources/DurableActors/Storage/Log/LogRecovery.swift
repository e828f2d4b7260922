/// What a start finds in the log and brings into the store.
///
/// The records from the first on that the store does not contain are applied in order, up to the first that is none.
/// Doing so again changes nothing, since the store remembers how far it got in the same transactions.
struct LogRecovery {
    /// The number of the next record.
    let next: UInt64
    /// Segments that can be used anew.
    let free: [any LogFile]
    let highestName: Int

    /// Applies what is logged; throws `StorageError.format` when acknowledged records are missing or damaged.
    init(_ disk: any LogDisk, into objects: ObjectStore, sizes: LogSizes) throws {
        let numbers = try disk.names().compactMap(LogAppender.number).sorted()
        let files = try numbers.map { (number: $0, file: try disk.open(LogAppender.name($0))) }
        var next = try objects.firstUnappliedRecord()
        for segment in try Self.segments(files.map(\.file), from: next) {
            guard segment.header.first <= next else {
                throw StorageError(
                    .format,
                    "The log lacks the records \(next) to \(segment.header.first - 1), which were acknowledged."
                )
            }
            try Self.apply(segment, from: next, to: objects, sizes)
            next = max(next, segment.next)
        }
        self.next = next
        highestName = numbers.last ?? 0
        var free: [any LogFile] = []
        for (number, file) in files {
            if file.length == sizes.segmentBytes {
                free.append(file)
            } else {
                file.close()
                try disk.remove(LogAppender.name(number))
            }
        }
        self.free = free
    }

    /// The segments with records from `position` on, in order.
    private static func segments(_ files: [any LogFile], from position: UInt64) throws -> [FoundSegment] {
        var found: [FoundSegment] = []
        for file in files {
            let bytes = try file.read()
            guard let segment = FoundSegment(bytes) else {
                let claimed = LogRecord.claimedSequence(bytes, at: LogSegmentHeader.byteCount)
                if let claimed, claimed >= position { throw damage(before: claimed) }
                continue
            }
            found.append(segment)
        }
        found.sort { $0.header.first < $1.header.first }
        // In another segment than the last a record that is damaged shows as a gap before the next one.
        if let later = found.last?.recordBehindDamage, later >= position { throw damage(before: later) }
        return found.filter { $0.next > position }
    }

    private static func damage(before record: UInt64) -> StorageError {
        StorageError(.format, "The log is damaged before its record \(record), which was acknowledged.")
    }

    private static func apply(
        _ segment: FoundSegment,
        from position: UInt64,
        to objects: ObjectStore,
        _ sizes: LogSizes
    ) throws {
        var contents: [BatchContent] = []
        var bytes = 0
        for record in segment.records where record.sequence >= position {
            contents += try record.contents(segment.bytes)
            bytes += record.range.count
            guard bytes >= sizes.checkpointBytes || record.sequence + 1 == segment.next else { continue }
            try objects.write(MergedBatches(contents).contents, nextRecord: record.sequence + 1)
            contents = []
            bytes = 0
        }
    }
}
