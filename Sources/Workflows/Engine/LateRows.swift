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
        var step: StepRow?
        var tail: LogTail?
        var isTailLate = false
        /// Whether the object knows that there is something to write, and for which commit.
        var mark = Mark.none

        /// The number of the next entry; the log's last row has room for it then.
        mutating func nextEntry() -> Int64 {
            guard let last = counters?.logs else { preconditionFailure("The log is written to without its counter.") }
            let number = last + 1
            counters?.logs = number
            areCountersLate = true
            if tail?.isLongEnough ?? true { tail = LogTail(key: JournalKeys.log(number)) }
            isTailLate = true
            return number
        }

        mutating func log(_ entry: LogEntry, _ time: Int64) {
            let number = nextEntry()
            tail?.add(entry, number: number, time: time)
        }

        mutating func log(_ name: WorkflowInstanceEvent.Name, _ attempt: Int?, of step: StepKey, _ time: Int64) {
            let number = nextEntry()
            tail?.add(name, step, attempt: attempt, number: number, time: time)
        }

        // What is late is moved out of here: a copy would count references.

        mutating func takeCounters() -> [UInt8]? {
            guard areCountersLate, let counters else { return nil }
            areCountersLate = false
            return RowWriter(counters, reserving: 48).bytes
        }

        mutating func takeTail() -> (key: [UInt8], bytes: [UInt8])? {
            guard isTailLate, let row = tail?.row else { return nil }
            isTailLate = false
            return row
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

    /// Keeps a step, to write its row as it is by then; returns another that has to be written first.
    func keep(_ step: StepRow) -> StepRow? {
        var other: StepRow?
        if let kept = unsafe rows.step {
            if kept === step { return nil }
            if kept.key != step.key { other = kept }
        }
        unsafe rows.step = step
        return other
    }

    /// Adds an entry to the log's last row, or to a new one where that is long enough; the counters are known.
    func log(_ entry: LogEntry, _ time: Int64) { unsafe rows.log(entry, time) }

    /// Adds two entries about a step.
    func log(
        _ first: WorkflowInstanceEvent.Name,
        _ firstAttempt: Int?,
        _ second: WorkflowInstanceEvent.Name,
        _ secondAttempt: Int?,
        of step: StepKey,
        _ time: Int64
    ) {
        unsafe rows.log(first, firstAttempt, of: step, time)
        unsafe rows.log(second, secondAttempt, of: step, time)
    }

    /// What is logged next begins a row.
    func endRow() {
        unsafe rows.tail = nil
        unsafe rows.isTailLate = false
    }

    func writeLate(in incarnation: Incarnation) throws {
        unsafe rows.mark = .none
        incarnation.expectWrites(4)
        // In the order of their keys, in which rows are cheapest to add.
        if let bytes = unsafe rows.takeCounters() {
            try incarnation.write(RowKey(.keyValue, countersKey), bytes, confirmed: true, isLazy: true)
        }
        if let tail = unsafe rows.takeTail() {
            try incarnation.write(RowKey(.keyValue, tail.key), tail.bytes, confirmed: true, isLazy: true)
        }
        if let step = unsafe rows.step.take() {
            try incarnation.write(RowKey(.keyValue, step.key.row), step.bytes, confirmed: true, isLazy: true)
        }
    }
}
