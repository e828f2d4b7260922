internal import DurableActors

/// The rows that each step changes several times: written once, when their batch is sealed or something is read.
///
/// Isolation: confined to the engine object's executor.
final class LateRows: LateWriter, @unchecked Sendable {
    // Safe because it is used on the object's executor alone, as part of the object's life.
    private var counters: CounterRecord?
    private var step: (key: StepKey, record: StepRecord)?
    private var tail: LogTail?
    private var isTailLate = false

    func keep(_ counters: CounterRecord) { self.counters = counters }

    /// Keeps a step's row; returns the one of another step that has to be written first.
    func keep(_ record: StepRecord, _ key: StepKey) -> (key: StepKey, record: StepRecord)? {
        defer { step = (key, record) }
        guard let step, step.key != key else { return nil }
        return step
    }

    /// Adds an entry to the log's last row, or to a new one where that is long enough.
    func keep(_ entry: LogEntry, _ place: LogPlace) {
        if tail?.isLongEnough ?? true { tail = LogTail(key: JournalKeys.log(place.number)) }
        tail?.add(entry, place)
        isTailLate = true
    }

    /// What is logged next begins a row.
    func endRow() {
        tail = nil
        isTailLate = false
    }

    func writeLate(in incarnation: Incarnation) throws {
        if let step = step.take() { try incarnation.write(step.key.row, RowWriter(step.record), isLazy: true) }
        if let counters = counters.take() {
            try incarnation.write(JournalKeys.counters, RowWriter(counters), isLazy: true)
        }
        guard isTailLate, let tail else { return }
        isTailLate = false
        try incarnation.write(tail.key, tail.row, isLazy: true)
    }
}
