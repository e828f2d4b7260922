import Sandbox

/// A job between the start of its launcher and its end.
final class RunningJob {
    let key: JobKey
    var stored: StoredJob
    var lifecycle: JobLifecycle
    let output: OutputLog
    /// The read end of the pipe that is the job's standard output and error; nil once it has ended.
    var pipe: Descriptor?
    /// The socket through which the launcher reports why it could not become the command.
    let gate: Descriptor
    /// The processes of the job, with their start, as they were when it was asked to terminate.
    var remembered: [Int32: Int] = [:]

    init(
        key: JobKey,
        stored: StoredJob,
        lifecycle: JobLifecycle,
        output: OutputLog,
        pipe: Descriptor,
        gate: Descriptor
    ) {
        self.key = key
        self.stored = stored
        self.lifecycle = lifecycle
        self.output = output
        self.pipe = pipe
        self.gate = gate
    }

    /// The record as it is now.
    var record: ProcessRecord {
        var record = stored.process
        record.outputBytes = output.size
        record.outputTruncated = output.truncated
        return record
    }

    /// Moves output from the pipe to the log, at most `rounds` pieces; true when there was any.
    func pump(rounds: Int) -> Bool {
        var moved = false
        for _ in 0..<rounds {
            guard let pipe else { return moved }
            // A pipe that cannot be read has no more output to give.
            switch (try? pipe.read()) ?? .end {
            case .bytes(let bytes):
                output.append(bytes)
                moved = true
            case .nothingYet:
                return moved
            case .end:
                self.pipe = nil
                lifecycle.outputDidEnd()
            }
        }
        return moved
    }
}
