import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct ManyAlarmsTests {
    private static let objects = 2000
    private static let alarmsEach = 10

    @Test func `20,000 alarms of 2,000 objects survive a restart and run in order, none before its time`() throws {
        let bells = try Belfry(order: .arrival)
        let start = bells.now
        let host = bells.host
        // A step that has no divisor in common with the number of objects puts neighbours far apart.
        let times: [[Int64]] = (0..<Self.objects).map { object in
            let place = Int64(object * 7919 % Self.objects / 100 * 10)
            return (0..<Self.alarmsEach).map { number in 60_000 + Int64(number) * 1000 + place }
        }
        try host.run {
            try await withThrowingTaskGroup { group in
                for (object, times) in times.enumerated() {
                    group.addTask {
                        try await runInDurableObject(host.bindings.getByName("\(object)")) { _, state in
                            for (number, due) in times.enumerated() {
                                try await state.storage.setAlarm(name: "\(number)", start + due)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        // The first of each object has come due when the host is up again.
        host.world.clock.jumpWallClock(byMilliseconds: 60_500 - (bells.now - start))
        try host.restart()
        try bells.advance(milliseconds: 20_000)
        let runs = bells.runs
        #expect(runs.map { $0.info.scheduledTime - start } == times.joined().sorted())
        #expect(runs.allSatisfy { $0.at == max($0.info.scheduledTime, start + 60_500) })
        #expect(Set(runs.map { "\($0.object) \($0.info.name)" }).count == 20_000)
        #expect(try host.runtime.core.objects.earliestAlarm() == nil)
    }

    /// Alarms of 1,000 objects that have come due while the host was down, and at most 100 of which are to be under way.
    private func overdue(
        _ alarm: @escaping @Sendable (DurableObjectState, AlarmInfo) async throws -> Void
    ) throws -> Belfry {
        var limits = HostLimits()
        limits.alarmsUnderWay = 100
        let bells = try Belfry(limits: limits, alarm: alarm)
        let host = bells.host
        try host.run {
            try await withThrowingTaskGroup { group in
                for object in 0..<1000 {
                    group.addTask {
                        try await runInDurableObject(host.bindings.getByName("\(object)")) { _, state in
                            try await state.storage.setAlarm(state.now + 60_000)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        host.world.clock.jumpWallClock(byMilliseconds: 3_600_000)
        _ = bells.events.take()
        try host.restart()
        return bells
    }

    @Test func `of many overdue alarms some begin at once and the others as these end`() throws {
        let bells = try overdue { _, _ in }
        try bells.host.settle()
        #expect(bells.runs.count == 1000)
        #expect(bells.runs.allSatisfy { $0.at == bells.now })
    }

    @Test func `overdue alarms that do not end keep the others waiting a second for each page of the index`() throws {
        let bells = try overdue { state, _ in try await state.sleep(milliseconds: 600_000) }
        try bells.host.settle()
        var begun = [bells.runs.count]
        for _ in 1...4 {
            try bells.advance(milliseconds: 1000)
            begun.append(bells.runs.count)
        }
        #expect(begun == [256, 512, 768, 1000, 1000])
    }
}
