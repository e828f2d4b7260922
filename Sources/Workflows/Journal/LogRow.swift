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

    private let key: [UInt8]
    private var writer = RowWriter(reserving: 2 * longEnough)
    private var last = LogPlace()

    init(key: [UInt8]) { self.key = key }

    /// The row: a copy of its own length, so that what follows is added in place.
    var row: (key: [UInt8], bytes: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(writer.bytes.count)
        bytes.append(contentsOf: writer.bytes)
        return (key, bytes)
    }

    var isLongEnough: Bool { writer.bytes.count >= Self.longEnough }

    mutating func add(_ entry: LogEntry, number: Int64, time: Int64) {
        entry.write(to: &writer, number: number, time: time, after: &last)
    }

    mutating func add(
        _ name: WorkflowInstanceEvent.Name,
        _ step: StepKey,
        attempt: Int?,
        number: Int64,
        time: Int64
    ) {
        LogEntry.write(name, step, attempt: attempt, to: &writer, number: number, time: time, after: &last)
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

    /// The place of a name, without a search for those that each step has.
    private static func place(of name: WorkflowInstanceEvent.Name) -> UInt64 {
        switch name {
        case .stepStarted: 9
        case .stepCompleted: 10
        case .attemptStarted: 12
        case .attemptCompleted: 13
        default: RowWriter.place(of: name, in: names)
        }
    }

    /// Writes what every entry begins with: the number and time as what they differ by from the entry before, the step as a
    /// flag where it is the same.
    @inline(__always)
    private static func begin(
        _ name: WorkflowInstanceEvent.Name,
        _ step: StepKey?,
        in row: inout RowWriter,
        number: Int64,
        time: Int64,
        after last: inout LogPlace
    ) {
        let isSame = last.step == step
        row.append(atMost: 31) { row in
            row.append(number: place(of: name))
            row.append(signed: number &- last.number)
            row.append(signed: time &- last.time)
            row.append(flag: isSame)
        }
        (last.number, last.time) = (number, time)
        if !isSame {
            row.append(step) { $0.append(counted: $1.bytes) }
            last.step = step
        }
    }

    func write(to row: inout RowWriter, number: Int64, time: Int64, after last: inout LogPlace) {
        Self.begin(name, step, in: &row, number: number, time: time, after: &last)
        row.append(attempt) { $0.append(UInt64($1)) }
        row.append(error) { $1.write(to: &$0) }
        row.append(milliseconds) { $0.append($1) }
        row.append(eventType) { $0.append(counted: $1.utf8) }
    }

    /// Writes an entry that has a name, a step and perhaps an attempt, as most have, without making it.
    static func write(
        _ name: WorkflowInstanceEvent.Name,
        _ step: StepKey,
        attempt: Int?,
        to row: inout RowWriter,
        number: Int64,
        time: Int64,
        after last: inout LogPlace
    ) {
        begin(name, step, in: &row, number: number, time: time, after: &last)
        row.append(atMost: 14) { row in
            row.append(flag: attempt != nil)
            if let attempt { row.append(number: UInt64(attempt)) }
            // Neither an error nor a time nor an event's type.
            for _ in 0..<3 { row.append(flag: false) }
        }
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
