internal import Distributed

/// A handler that may run for longer than the limit of alarms, since it runs for as long as its object has work.
package protocol ResidentAlarmHandler: AlarmHandler {}

/// One try of an alarm's handler, inside the object.
package struct AlarmRun: Sendable {
    /// How a try ended.
    package enum Outcome: Sendable {
        /// Nothing is left to do for this alarm: it ran, was cancelled, moved, or set anew to the time `next`.
        case over(next: Int64?)
        case failed(any Error)
    }

    let name: String
    /// The time it was set for; nil to run it whatever the time is, as a test may ask.
    let due: Int64?
    let retryCount: Int

    package init(name: String, due: Int64?, retryCount: Int) {
        self.name = name
        self.due = due
        self.retryCount = retryCount
    }

    /// Whether a failure that ended the run from outside the handler is the object's own.
    ///
    /// A write that did not become durable is the host's failure, as is its end.
    static func counts(_ failure: any Error) -> Bool {
        guard let error = failure as? DurableObjectError else { return !(failure is StorageError) }
        return error.code != .storage && error.code != .disconnected
    }

    /// Runs the handler when the alarm is stored with this time and the time has come; returns once all is durable.
    package func run(in incarnation: Incarnation) async throws -> Outcome {
        let key = Array(name.utf8)
        let host = incarnation.cell.host
        guard let stored = try incarnation.storedAlarm(named: key) else { return try await over(incarnation, key) }
        if let due, stored != due || stored > host.world.clock.nowMilliseconds {
            return try await over(incarnation, key)
        }
        guard let object = incarnation.object as? any AlarmHandler else {
            host.log.error(
                """
                Attempted to run a scheduled alarm without a handler, did you remember to export an alarm() function?
                """
            )
            try incarnation.write(RowKey(.alarm, key), nil, confirmed: true)
            return try await over(incarnation, key)
        }
        let began = host.world.clock.uptimeNanoseconds
        incarnation.storage.runningAlarms[key] = StorageState.RunningAlarm(due: stored, began: began)
        let limit = object is any ResidentAlarmHandler ? nil : limit(incarnation, key, began)
        defer { limit?.cancel() }
        do {
            try await call(object, AlarmInfo(retryCount: retryCount, scheduledTime: stored, name: name))
            try incarnation.check()
        } catch {
            let running = incarnation.storage.runningAlarms.removeValue(forKey: key)
            guard running?.isSettled == true, incarnation.death == nil else { return .failed(error) }
            host.log.error("The alarm of \(incarnation.cell.id) failed after it was set or deleted: \(error)")
            return try await over(incarnation, key)
        }
        let running = incarnation.storage.runningAlarms.removeValue(forKey: key)
        if running?.isSettled != true { try incarnation.write(RowKey(.alarm, key), nil, confirmed: true) }
        return try await over(incarnation, key)
    }

    /// Waits until what was read and written is durable, confirmed or not, so that the outcome is what is on disk.
    private func over(_ incarnation: Incarnation, _ key: [UInt8]) async throws -> Outcome {
        var next = try incarnation.storedAlarm(named: key)
        while true {
            try await DurableObjectStorage(incarnation: incarnation).sync()
            // What another event takes back meanwhile may have held the end of this run.
            let found = try incarnation.storedAlarm(named: key)
            if found == next { return .over(next: next) }
            next = found
        }
    }

    /// Resets the object when the handler has run for too long.
    private func limit(_ incarnation: Incarnation, _ key: [UInt8], _ began: UInt64) -> TimerToken {
        let cell = incarnation.cell
        return cell.host.world.scheduler.schedule(atUptime: began + cell.host.limits.alarmNanoseconds) {
            cell.perform {
                guard incarnation.storage.runningAlarms[key]?.began == began else { return }
                let error = DurableObjectError(.overloaded, "Alarm exceeded its allowed execution time")
                cell.reset(incarnation, because: error)
            }
        }
    }

    private func call<Object: AlarmHandler>(_ object: Object, _ info: AlarmInfo) async throws {
        try await object.whenLocal { try await $0.alarm(info) }
    }
}
