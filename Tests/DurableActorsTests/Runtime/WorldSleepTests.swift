import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct WorldSleepTests {
    @Test func `who waits for a time wakes at it, and is told when the world ends before`() throws {
        let world = SimulatedWorld(seed: 1)
        let start = world.clock.uptimeNanoseconds
        try world.run { try await world.world.sleep(milliseconds: 20) }
        #expect(world.clock.uptimeNanoseconds == start + 20_000_000)
        let waiting = world.start { try await world.world.sleep(milliseconds: 20) }
        try world.settle()
        #expect(waiting.result == nil)
        world.scheduler.shutdown()
        try world.settle()
        #expect(waiting.failure(as: CancellationError.self) != nil)
    }
}
