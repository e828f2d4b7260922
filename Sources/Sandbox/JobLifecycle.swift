/// Decides when a running job is signalled and when it is over.
///
/// A value without effects: events and the monotonic time in milliseconds go in, the signals to send come out. A job
/// is over once its command has ended and its output is at an end; background children that keep the output open are
/// given a short while, since their last words often follow the command's end, and are killed by the supervisor then.
package struct JobLifecycle: Sendable {
    /// How the command itself ended.
    package struct Exit: Sendable, Equatable {
        package var code: Int?
        package var signal: Int32

        package init(code: Int?, signal: Int32) {
            self.code = code
            self.signal = signal
        }
    }

    package private(set) var exit: Exit?
    private var outputEnded = false
    private var timeoutAt: Int?
    private var escalateAt: Int?
    private var stragglersUntil: Int?
    private var timeoutSeconds: Double?
    private var killReason: String?

    package init(now: Int, timeoutSeconds: Double?) {
        self.timeoutSeconds = timeoutSeconds
        timeoutAt = timeoutSeconds.map { now + max(1, Int($0 * 1000)) }
    }

    /// When ``advance(to:)`` has something to do next.
    package var deadline: Int? {
        [timeoutAt, escalateAt, stragglersUntil].compactMap(\.self).min()
    }

    /// Whether the job is over.
    package func isOver(now: Int) -> Bool {
        guard exit != nil else { return false }
        return outputEnded || stragglersUntil.map { now >= $0 } ?? true
    }

    /// Notes a request to signal the job; the supervisor sends the signal itself.
    package mutating func signalled(_ signal: ProcessSignal, now: Int, reason: String) {
        guard exit == nil, signal == .terminate || signal == .kill else { return }
        killReason = killReason ?? reason
        timeoutAt = nil
        if signal == .terminate { escalateAt = escalateAt ?? now + SandboxLimits.killGraceMilliseconds }
    }

    /// The signals that are due.
    package mutating func advance(to now: Int) -> [ProcessSignal] {
        if let due = timeoutAt, now >= due {
            signalled(.terminate, now: now, reason: "timed out after \(timeoutSeconds ?? 0) seconds")
            return [.terminate]
        }
        if let due = escalateAt, now >= due {
            escalateAt = nil
            return [.kill]
        }
        return []
    }

    package mutating func leaderEnded(_ exit: Exit, now: Int) {
        self.exit = exit
        timeoutAt = nil
        escalateAt = nil
        stragglersUntil = outputEnded ? nil : now + SandboxLimits.stragglerMilliseconds
    }

    package mutating func outputDidEnd() {
        outputEnded = true
        stragglersUntil = nil
    }

    /// Completes a record once the job is over; `failure` is what the launcher said if it could not run the command.
    package func finish(_ record: inout ProcessRecord, failure: String?, endedAt: Int) {
        let exit = exit ?? Exit(code: nil, signal: 0)
        record.endedAt = endedAt
        record.exitCode = exit.signal != 0 ? 128 + Int(exit.signal) : exit.code
        if let failure {
            record.status = .failed
            record.reason = failure
        } else if let killReason {
            record.status = .killed
            record.reason = killReason
        } else if exit.signal != 0 {
            record.status = .killed
            record.reason = "ended by signal \(exit.signal)"
        } else {
            record.status = exit.code == 0 ? .completed : .failed
        }
    }
}
