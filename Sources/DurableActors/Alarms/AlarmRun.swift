internal import Distributed

/// One try of an alarm's handler, inside the object.
package struct AlarmRun: Sendable {
    /// How a try ended.
    package enum Outcome: Sendable {
        /// Nothing is left to do for this alarm: it ran, was cancelled, moved or set anew.
        case done
        case failed(any Error)
    }

    let name: [UInt8]
    let retryCount: Int
    /// Whether it runs whatever the time is, as a test may ask.
    let isEarly: Bool

    package init(name: [UInt8], retryCount: Int, isEarly: Bool = false) {
        self.name = name
        self.retryCount = retryCount
        self.isEarly = isEarly
    }

    package func run(in incarnation: Incarnation) async throws -> Outcome {
        let now = incarnation.cell.host.world.clock.nowMilliseconds
        guard let due = try incarnation.storedAlarm(named: name), isEarly || due <= now else { return .done }
        guard let object = incarnation.object as? any AlarmHandler else {
            incarnation.cell.host.log.error(
                """
                Attempted to run a scheduled alarm without a handler, did you remember to export an alarm() function?
                """
            )
            try incarnation.write(RowKey(.alarm, name), nil, confirmed: true)
            return .done
        }
        incarnation.storage.runningAlarms[name] = StorageState.RunningAlarm(due: due)
        do {
            try await call(object, AlarmInfo(retryCount: retryCount, scheduledTime: due))
            try incarnation.check()
            let running = incarnation.storage.runningAlarms.removeValue(forKey: name)
            if running?.wasReplaced != true { try incarnation.write(RowKey(.alarm, name), nil, confirmed: true) }
            return .done
        } catch {
            let running = incarnation.storage.runningAlarms.removeValue(forKey: name)
            return running?.wasReplaced == true ? .done : .failed(error)
        }
    }

    private func call<Object: AlarmHandler>(_ object: Object, _ info: AlarmInfo) async throws {
        try await object.whenLocal { try await $0.alarm(info) }
    }
}
