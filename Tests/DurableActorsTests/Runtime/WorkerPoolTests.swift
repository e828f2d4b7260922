import Distributed
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// Lets a test hold a turn of an object.
final class Latch: Sendable {
    private let isOpen = Mutex(false)
    private let held = Mutex(0)
    private let lot = ParkingLot()

    /// Blocks the calling thread until the latch opens.
    func hold() {
        held.withLock { $0 += 1 }
        lot.broadcast()
        lot.wait(nanoseconds: nil) { self.isOpen.withLock { $0 } }
    }

    /// Blocks the calling thread until that many are held.
    func waitUntilHeld(_ count: Int) { lot.wait(nanoseconds: nil) { self.held.withLock { $0 } >= count } }

    func open() {
        isOpen.withLock { $0 = true }
        lot.broadcast()
    }
}

struct LatchEnvironment: Sendable {
    let latch: Latch
}

/// Blocks its thread when asked, as a long computation does.
distributed actor Blocker: DurableObject {
    let ctx: DurableObjectState
    let env: LatchEnvironment

    init(ctx: DurableObjectState, env: LatchEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func hold() async throws -> Int {
        env.latch.hold()
        return 1
    }

    distributed func answer(_ number: Int) async throws -> Int {
        try ctx.storage.kv.put("number", number)
        return number
    }
}

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2])
    func `with one more object blocked than there are workers the others are served`(workers: Int) async throws {
        let latch = Latch()
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: WorkerPool(workers: workers))
        let runtime = try DurableObjectRuntime(world: world, store: MemoryStore())
        runtime.core.committer.startThread()
        defer { runtime.shutdown() }
        let objects = try runtime.register(
            Blocker.self,
            binding: "B",
            uniqueKey: "b",
            environment: LatchEnvironment(latch: latch)
        )
        let blocked = (0...workers).map { number in
            Task { try await objects.getByName("blocked \(number)").hold() }
        }
        // Every one of them holds a thread, so at least one thread beyond the workers was found.
        await offPool { latch.waitUntilHeld(workers + 1) }
        for number in 0..<50 {
            #expect(try await objects.getByName("free \(number % 5)").answer(number) == number)
        }
        latch.open()
        for task in blocked { #expect(try await task.value == 1) }
    }

    @Test func `timers fire in order of time and a cancelled one does not`() async {
        let clock = SystemClock()
        let pool = WorkerPool(workers: 1)
        defer { pool.shutdown() }
        let fired = Recorder<Int>()
        let now = clock.uptimeNanoseconds
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            _ = pool.schedule(atUptime: now + 3_000_000) {
                fired.add(3)
                continuation.resume()
            }
            let cancelled = pool.schedule(atUptime: now + 2_000_000) { fired.add(2) }
            cancelled.cancel()
            _ = pool.schedule(atUptime: now + 1_000_000) { fired.add(1) }
        }
        #expect(fired.all == [1, 3])
    }

    @Test func `tasks that prefer the pool run on its threads`() async {
        let pool = WorkerPool(workers: 2)
        defer { pool.shutdown() }
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask(executorPreference: pool.taskExecutor) { number } }
            return await group.reduce(0, +)
        }
        #expect(sum == 4950)
    }

    @Test func `blocking work runs off the workers`() {
        let pool = WorkerPool(workers: 1)
        defer { pool.shutdown() }
        let latch = Latch()
        let done = Latch()
        for _ in 0..<4 {
            pool.runBlocking {
                latch.hold()
                done.hold()
            }
        }
        latch.waitUntilHeld(4)
        latch.open()
        done.waitUntilHeld(4)
        done.open()
        #expect(pool.schedule(atUptime: .max) {}.isCancelled == false)
    }

    @Test func `a queue gives what was put in, in order, also across its compaction`() {
        var queue = ReadyQueue<Int>()
        var next = 0
        for number in 0..<20_000 {
            queue.append(number)
            if number % 3 != 0 {
                #expect(queue.popFirst() == next)
                next += 1
            }
        }
        #expect(queue.count == 20_000 - next)
        #expect(queue.takeHalf().first == next)
        while let number = queue.popFirst() { next = number }
        #expect(next == 19_999)
        #expect(queue.isEmpty && queue.first == nil)
    }
}
