internal import DurableActors

/// The rows that each step changes several times: written once, when their batch is sealed or something is read.
///
/// Isolation: confined to the engine object's executor, as part of the object's life.
final class LateRows: LateWriter, @unchecked Sendable {
    // Safe because it is used on the object's executor alone.
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

    /// Adds an entry to the row that the log has of a batch.
    func keep(_ entry: LogEntry, _ place: LogPlace, batch: UInt64) {
        if tail?.batch != batch { tail = LogTail(batch: batch, key: JournalKeys.log(place.number)) }
        tail?.add(entry, place)
        isTailLate = true
    }

    /// What is logged next begins a row.
    func endRow() { tail = nil }

    func writeLate(in incarnation: Incarnation) throws {
        if let step = step.take() { try incarnation.write(step.key.row, RowWriter(step.record), isLazy: true) }
        if let counters = counters.take() {
            try incarnation.write(JournalKeys.counters, RowWriter(counters), isLazy: true)
        }
        if isTailLate, let tail { try incarnation.write(tail.key, tail.row, isLazy: true) }
        isTailLate = false
    }
}
