internal import Locks
internal import struct Synchronization.Atomic

/// What one thread of a pool does from its start to its end.
@safe struct WorkerThread {
    let pool: WorkerPool
    let initialLane: WorkerLane
    let idleWork: PoolIdleWork
    private let threadID = NativeThread.currentID
    private let jobExecutor: UnownedTaskExecutor

    init(pool: WorkerPool, lane: WorkerLane) {
        self.pool = pool
        unsafe jobExecutor = unsafe pool.taskExecutor.asUnownedTaskExecutor()
        initialLane = lane
        idleWork = PoolIdleWork(pool: pool)
    }

    /// Serves lanes until the pool stops: its own, and after losing it whichever it is given as a spare.
    func serve() {
        var lane: WorkerLane? = initialLane
        while let current = lane {
            pool.slot.set(current)
            let lost = serve(current)
            pool.slot.set(nil)
            guard lost else { return }
            lane = pool.spares.waitForLane()
            if let lane { lane.owner.store(NativeThread.currentID, ordering: .sequentiallyConsistent) }
        }
    }

    /// Runs the lane's items; true when the lane was given to another thread, false when the pool stops.
    private func serve(_ lane: WorkerLane) -> Bool {
        var sinceReactor = 0
        while !pool.stopped.load(ordering: .relaxed) {
            if let item = lane.pop() {
                lane.begin()
                let allowed = lane.allowTurnsInPlace(item)
                run(item)
                lane.busy.store(false, ordering: .relaxed)
                if hasLost(lane) { return true }
                sinceReactor += 1 + allowed - lane.turnsInPlace.load(ordering: .relaxed)
                if sinceReactor < WorkerPool.reactorInterval { continue }
                idleWork.requestThreadIfPending()
                pool.fireDueTimers()
                pool.wait(nanoseconds: 0, serving: lane)
            } else if !becomeIdle(lane) {
                return true
            }
            sinceReactor = 0
        }
        return false
    }

    @inline(__always)
    private func run(_ item: LaneItem) {
        switch item {
        case .ready(let ready): ready.runReady()
        // Safe because the lane holds each job once, and the pool's executor lives as long as the pool.
        case .job(let job): unsafe job.runSynchronously(on: jobExecutor)
        }
    }

    /// Whether the lane was given to another thread.
    @inline(__always)
    private func hasLost(_ lane: WorkerLane) -> Bool { lane.owner.load(ordering: .relaxed) != threadID }

    /// Looks for work elsewhere and waits when there is none; false when the lane was lost meanwhile.
    private func becomeIdle(_ lane: WorkerLane) -> Bool {
        pool.fireDueTimers()
        if !lane.isEmpty { return true }
        if stealWork(for: lane) { return true }
        lane.begin()
        let worked = idleWork.performInline()
        lane.busy.store(false, ordering: .relaxed)
        if hasLost(lane) { return false }
        if worked { return true }
        pool.wait(nanoseconds: 0, serving: lane)
        if !lane.isEmpty { return true }
        pool.parked.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let anything = pool.lanes.contains { !$0.isEmpty } || pool.stopped.load(ordering: .sequentiallyConsistent)
        if !anything { pool.reactor.wait(nanoseconds: pool.timeToNextTimer()) }
        pool.parked.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pool.hasWoken(serving: lane)
        return true
    }

    private func stealWork(for lane: WorkerLane) -> Bool {
        for offset in 1..<max(pool.lanes.count, 1) {
            let stolen = pool.lanes[(lane.index + offset) % pool.lanes.count].steal()
            for item in stolen { _ = lane.push(item) }
            if stolen.count > 1 { pool.wakeOne() }
            if !stolen.isEmpty { return true }
        }
        return false
    }
}

/// The pool's idle work as one thread sees it: looked up once, then remembered.
final class PoolIdleWork {
    /// How many looks of a busy worker, one every `WorkerPool.reactorInterval` items, work may wait.
    private static let looksBeforeThread = 8

    private let pool: WorkerPool
    private var work: (any IdleWork)?
    private var looksWhilePending = 0

    init(pool: WorkerPool) { self.pool = pool }

    private func current() -> (any IdleWork)? {
        if work == nil { work = pool.idleWork.withLock { $0 } }
        return work
    }

    func performInline() -> Bool {
        looksWhilePending = 0
        guard let work = current(), work.isPending else { return false }
        return work.performInline()
    }

    /// Asks for a thread when the work still waits after several looks: what a group misses, the next must flush again.
    func requestThreadIfPending() {
        guard let work = current(), work.isPending else {
            looksWhilePending = 0
            return
        }
        looksWhilePending += 1
        guard looksWhilePending >= Self.looksBeforeThread else { return }
        looksWhilePending = 0
        work.requestThread()
    }
}
