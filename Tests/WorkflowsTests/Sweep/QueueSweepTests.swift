import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Workflows

/// Slots: who is next, and that no more than may run at a time, whatever happens to the process.
@Suite struct QueueSweepTests {
    @Test func `slots go to what was woken first, then to the oldest, and not to what has given up waiting`() {
        let order = Mutex<[String]>([])
        let table = SlotTable(slots: 1)
        let names = ["held", "new 2", "new 1", "woken", "gone"]
        let slots = names.map { _ in Slot(table) }
        let isHeld = zip(names, slots).map { name, slot in
            let since: Int64 = name == "new 1" ? 1 : 2
            return slot.take(isWoken: name == "woken" || name == "gone", since: since) {
                order.withLock { $0.append(name) }
            }
        }
        #expect(isHeld == [true, false, false, false, false])
        #expect(table.waiting == 4)
        slots[4].giveBack()
        for slot in [slots[0], slots[3], slots[2], slots[1]] {
            #expect(slot.isHeld)
            slot.giveBack()
        }
        #expect(order.withLock { $0 } == ["woken", "new 1", "new 2"])
        #expect(table.waiting == 0)
        slots[0].force()
        slots[1].force()
        #expect(!slots[2].take(isWoken: false, since: 0) {})
        slots[0].giveBack()
        #expect(!slots[2].isHeld)
        slots[1].giveBack()
        #expect(slots[2].isHeld)
    }

    @Test func `never more run than may, and all come to their end, over crashes, pauses and restarts`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 2
        let script: Script = { _, step, effects in
            for _ in 0..<2 {
                try await step.do("work", StepConfig(retries: .init(limit: 30, delay: "1 second"))) { _ in
                    try await step.sleep("inside", "3 seconds")
                }
                try await step.sleep("rest", "5 seconds")
            }
            return "done"
        }
        let ids = (0..<6).map { "i\($0)" }
        for seed in 1...UInt64(60) {
            let rig = try Rig(seed: seed, limits: limits, script)
            let random = SeededRandom(seed: seed)
            for id in ids { try rig.create(id) }
            for _ in 0..<30 {
                let id = ids[random.below(ids.count)]
                switch random.below(8) {
                case 0: try rig.host.restart()
                case 1: try rig.pause(id)
                case 2, 3: try rig.resume(id)
                case 4: try rig.restart(id)
                default: try rig.advance(Int64(random.below(4000)))
                }
                let running = try ids.filter { [.running, .waitingForPause].contains(try rig.status($0)) }
                #expect(running.count <= 2, "seed \(seed): \(running)")
            }
            for id in ids { try rig.resume(id) }
            try rig.advance(600_000)
            let statuses = try ids.map { try rig.status($0) }
            #expect(statuses == ids.map { _ in .complete }, "seed \(seed)")
        }
    }
}
