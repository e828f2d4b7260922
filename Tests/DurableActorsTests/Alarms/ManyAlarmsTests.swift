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
}
