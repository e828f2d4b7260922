import DurableActors
import DurableActorsTestKit
import Testing

@testable import Workflows

/// What each step writes is read as it was written, and nothing else is taken for it.
@Suite struct JournalRowTests {
    private func bytes(of row: some CompactRow) -> [UInt8] {
        var writer = RowWriter()
        row.write(to: &writer)
        return writer.bytes
    }

    private func read<Row: CompactRow>(_ type: Row.Type, _ bytes: [UInt8]) throws -> Row {
        var reader = try RowReader(bytes)
        return try Row(from: &reader)
    }

    private var step: StepRecord {
        var record = StepRecord(start: 300)
        record.end = .max
        record.state = .failed
        record.config = FrozenConfig(StepConfig(sensitive: .output), WorkflowLimits())
        (record.attempts, record.crashes, record.isInAttempt) = (10_001, 9, true)
        record.value = [0, 255]
        record.stream = StreamRecord(pieces: 3, bytes: 700_000)
        record.error = WorkflowError(name: "Error", "naïve")
        (record.deadline, record.duration, record.acceptedAt) = (.max / 4, -1, 1_700_000_000_000)
        (record.isDelayPending, record.hasRollback, record.isNested) = (true, true, true)
        record.eventType = "go"
        return record
    }

    @Test func `a step is read as it was written, with all that it may have and with nothing`() throws {
        let (full, bare) = (step, StepRecord(start: 0))
        let (known, empty) = (try read(StepRecord.self, bytes(of: full)), try read(StepRecord.self, bytes(of: bare)))
        #expect(try ValueCodec.encode(known) == ValueCodec.encode(full))
        #expect(try ValueCodec.encode(empty) == ValueCodec.encode(bare))
    }

    @Test func `a row of an earlier form is refused and not misread`() throws {
        let old = try ValueCodec.encode(["status": "running"])
        let error = #expect(throws: StorageError.self) { try read(StatusRecord.self, old) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("was written by another version"))
    }

    @Test func `a status is read as it was written`() throws {
        var status = StatusRecord(status: .waitingForPause, since: 1_700_000_000_000)
        status.output = [1, 2, 3]
        status.error = WorkflowError("broken")
        status.pausedAt = 5
        (status.hasStarted, status.isWoken) = (true, true)
        status.trigger = RollbackTrigger(error: WorkflowError("why"), ending: .terminated)
        status.rollback = InstanceStatus.Rollback(outcome: .failed, error: WorkflowError("not undone"))
        let known = try read(StatusRecord.self, bytes(of: status))
        #expect(bytes(of: known) == bytes(of: status))
        #expect(known.status == .waitingForPause && known.since == 1_700_000_000_000 && known.output == [1, 2, 3])
        #expect(known.error == status.error && known.pausedAt == 5 && known.hasStarted && known.isWoken)
        #expect(known.trigger?.error == WorkflowError("why") && known.trigger?.ending == .terminated)
        #expect(known.rollback == status.rollback)
    }

    @Test func `entries of the log keep their numbers, times and steps`() throws {
        let key = StepKey(family: StepKey.Family(.call, "é"), count: 2)
        var entries = [
            LogEntry(.stepStarted, key), LogEntry(.attemptErrored, key, attempt: 1, error: .internalFailure),
            LogEntry(.waitStarted, StepKey(family: StepKey.Family(.wait, ""), count: 1), eventType: "go"),
            LogEntry(.sleepStarted, milliseconds: -1), LogEntry(.rollbackErrored),
        ]
        for index in entries.indices {
            entries[index].number = 4096 * 1_700_000_000_000 + Int64(index)
            entries[index].time = 1_700_000_000_000 - Int64(index * index)
        }
        let known = try read(LogRow.self, bytes(of: LogRow(entries))).entries
        #expect(known.map(\.name) == entries.map(\.name))
        #expect(known.map(\.number) == entries.map(\.number))
        #expect(known.map(\.time) == entries.map(\.time))
        #expect(known.map(\.step) == entries.map(\.step))
        #expect(known.map(\.attempt) == entries.map(\.attempt))
        #expect(known.map(\.error) == entries.map(\.error))
        #expect(known.map(\.milliseconds) == entries.map(\.milliseconds))
        #expect(known.map(\.eventType) == entries.map(\.eventType))
    }

    @Test(arguments: [
        (WorkflowInstanceEvent.Name.stepStarted, nil), (.attemptStarted, 1), (.attemptCompleted, 10_001),
        (.stepCompleted, nil), (.attemptErrored, 2),
    ])
    func `an entry that is written without being made is the one that would be`(
        name: WorkflowInstanceEvent.Name,
        attempt: Int?
    ) {
        let key = StepKey(family: StepKey.Family(.call, "é"), count: 2)
        var (made, written) = (LogTail(key: [1]), LogTail(key: [1]))
        for number in [7, 8] as [Int64] {
            made.add(LogEntry(name, key, attempt: attempt), number: number, time: 3 - number)
            written.add(name, key, attempt: attempt, number: number, time: 3 - number)
        }
        #expect(made.row.bytes == written.row.bytes)
    }

    @Test func `a row that is cut is refused`() throws {
        let whole = bytes(of: step)
        for count in whole.indices {
            #expect(throws: StorageError.self) { try read(StepRecord.self, Array(whole.prefix(count))) }
        }
        #expect(throws: StorageError.self) { try read(CounterRecord.self, [UInt8](repeating: 0x80, count: 12)) }
    }

    @Test func `each further step of a sequence is one commit`() throws {
        func commits(_ steps: Int) throws -> Int {
            let rig = try Rig(order: .arrival) { _, step, _ in
                for _ in 0..<steps { try await step.do("x") { _ in } }
                return nil
            }
            try rig.create()
            try rig.settle()
            #expect(try rig.status() == .complete)
            return rig.host.store.commitCount
        }
        #expect(try commits(13) - commits(3) == 10)
    }
}
