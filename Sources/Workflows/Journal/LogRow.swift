/// Entries of the log that follow each other.
struct LogRow: CompactRow {
    var entries: [LogEntry]

    init(_ entries: [LogEntry]) { self.entries = entries }

    func write(to row: inout RowWriter) {
        var last = LogPlace()
        for entry in entries { entry.write(to: &row, number: entry.number, time: entry.time, after: &last) }
    }

    init(from row: inout RowReader) throws {
        entries = []
        while !row.isAtEnd { entries.append(try LogEntry(from: &row, after: entries.last)) }
    }
}

/// The log's last row, to which what follows is added until it is long enough.
///
/// So a few steps share a row, and each writes some hundred bytes of it anew: rows cost more than bytes.
struct LogTail {
    /// In bytes.
    private static let longEnough = 256

    let key: [UInt8]
    private var row = RowWriter(reserving: 2 * longEnough)
    private var last = LogPlace()

    init(key: [UInt8]) { self.key = key }

    /// A copy of its own length, so that what follows is added in place.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.bytes.count)
        bytes.append(contentsOf: row.bytes)
        return bytes
    }

    var isLongEnough: Bool { row.bytes.count >= Self.longEnough }

    mutating func add(_ entry: LogEntry, number: Int64, time: Int64) {
        entry.write(to: &row, number: number, time: time, after: &last)
    }
}

/// Where an entry of the log stands, by which the next one is told.
struct LogPlace {
    var number: Int64 = 0
    var time: Int64 = 0
    var step: StepKey?
}

extension LogEntry {
    /// The places are on disk.
    private static let names: [WorkflowInstanceEvent.Name] = [
        .workflowQueued, .workflowStarted, .workflowRunning, .workflowWaiting, .workflowWaitingForPause,
        .workflowPaused, .workflowCompleted, .workflowErrored, .workflowTerminated, .stepStarted, .stepCompleted,
        .stepErrored, .attemptStarted, .attemptCompleted, .attemptErrored, .sleepStarted, .sleepCompleted,
        .waitStarted, .waitCompleted, .waitTimedOut, .rollbackStarted, .rollbackStepStarted, .rollbackStepCompleted,
        .rollbackStepErrored, .rollbackAttemptStarted, .rollbackAttemptCompleted, .rollbackAttemptErrored,
        .rollbackCompleted, .rollbackErrored,
    ]

    /// Writes the number and time as what they differ by from the entry before, its step as a flag where it is the same.
    func write(to row: inout RowWriter, number: Int64, time: Int64, after last: inout LogPlace) {
        row.append(name, of: Self.names)
        row.append(number &- last.number)
        row.append(time &- last.time)
        (last.number, last.time) = (number, time)
        let isSame = last.step == step
        row.append(isSame)
        if !isSame {
            row.append(step) { $0.append(counted: $1.bytes) }
            last.step = step
        }
        row.append(attempt) { $0.append(UInt64($1)) }
        row.append(error) { $1.write(to: &$0) }
        row.append(milliseconds) { $0.append($1) }
        row.append(eventType) { $0.append(counted: $1.utf8) }
    }

    init(from row: inout RowReader, after last: LogEntry?) throws {
        self.init(try row.one(of: Self.names))
        number = (last?.number ?? 0) &+ (try row.signed())
        time = (last?.time ?? 0) &+ (try row.signed())
        step = try row.flag() ? last?.step : row.optional { try StepKey(from: &$0) }
        attempt = try row.optional { try $0.count() }
        error = try row.optional { try WorkflowError(from: &$0) }
        milliseconds = try row.optional { try $0.signed() }
        eventType = try row.optional { try $0.text() }
    }
}
