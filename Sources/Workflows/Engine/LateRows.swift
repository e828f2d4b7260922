internal import DurableActors

/// The rows that each step changes several times: written once, when their batch is sealed or something is read.
///
/// Isolation: confined to the engine object's executor.
@safe final class LateRows: LateWriter, @unchecked Sendable {
    // Safe because it is used on the object's executor alone, as part of the object's life.
    /// One for each object, since every core would count its references to one of all.
    let countersKey = Array(JournalKeys.counters.utf8)
    // Safe because its methods call nothing that comes back here.
    @exclusivity(unchecked) private var rows = Rows()

    private struct Rows {
        /// The numbers given out; nil until they have been read.
        var counters: CounterRecord?
        var areCountersLate = false
        var step: (key: StepKey, record: StepRecord)?
        var tail: LogTail?
        var isTailLate = false
        /// Whether the object knows that there is something to write, and for which commit.
        var mark = Mark.none

        mutating func log(_ entry: LogEntry, _ time: Int64) {
            guard let number = counters?.logs else { preconditionFailure("The log is written to without its counter.") }
            counters?.logs = number + 1
            areCountersLate = true
            if tail?.isLongEnough ?? true { tail = LogTail(key: JournalKeys.log(number + 1)) }
            tail?.add(entry, number: number + 1, time: time)
            isTailLate = true
        }
    }

    private enum Mark {
        case none
        case lazy
        case urgent
    }

    /// Has the object write what is kept with what else goes into its next batch.
    func mark(in incarnation: Incarnation, isLazy: Bool) throws {
        try incarnation.check()
        switch unsafe rows.mark {
        case .urgent: return
        case .lazy where isLazy: return
        case .none, .lazy:
            try incarnation.write(lateBy: self, confirmed: true, isLazy: isLazy)
            unsafe rows.mark = isLazy ? .lazy : .urgent
        }
    }

    var hasCounters: Bool { unsafe rows.counters != nil }

    /// The numbers given out; nil until they have been read.
    var counters: CounterRecord? { unsafe rows.counters }

    func know(_ counters: CounterRecord) { unsafe rows.counters = counters }

    func keep(_ counters: CounterRecord) {
        unsafe rows.counters = counters
        unsafe rows.areCountersLate = true
    }

    /// Keeps a step's row; returns the one of another step that has to be written first.
    func keep(_ record: StepRecord, _ key: StepKey) -> (key: StepKey, record: StepRecord)? {
        var other: (key: StepKey, record: StepRecord)?
        if let kept = unsafe rows.step?.key, kept != key { other = unsafe rows.step }
        unsafe rows.step = (key, record)
        return other
    }

    /// Adds an entry to the log's last row, or to a new one where that is long enough; the counters are known.
    func log(_ entry: LogEntry, _ time: Int64) { unsafe rows.log(entry, time) }

    /// What is logged next begins a row.
    func endRow() {
        unsafe rows.tail = nil
        unsafe rows.isTailLate = false
    }

    func writeLate(in incarnation: Incarnation) throws {
        unsafe rows.mark = .none
        // In the order of their keys, in which rows are cheapest to add.
        if unsafe rows.areCountersLate, let counters = unsafe rows.counters {
            unsafe rows.areCountersLate = false
            try incarnation.write(countersKey, RowWriter(counters), isLazy: true)
        }
        if unsafe rows.isTailLate, let tail = unsafe rows.tail {
            unsafe rows.isTailLate = false
            try incarnation.write(RowKey(.keyValue, tail.key), tail.bytes, confirmed: true, isLazy: true)
        }
        // A record is large, so it is moved and not copied.
        var last: (key: StepKey, record: StepRecord)?
        unsafe swap(&last, &rows.step)
        if let step = last {
            try incarnation.write(step.key.row, RowWriter(step.record), isLazy: true)
        }
    }
}
