internal import Locks
internal import struct Synchronization.Atomic

extension WorkerPool {
    /// Hands the lanes of threads that one item has held over two ticks to spare threads, until the pool stops.
    func watchForStalls() {
        var seen = [UInt64](repeating: .max, count: lanes.count)
        while !stopped.load(ordering: .relaxed) {
            spares.pause(nanoseconds: Self.stallTick)
            // Workers that are all in long turns look at nothing, so nobody else would ask for what they have written.
            if let work = idleWork.withLock({ $0 }), work.isPending || work.isPendingLater { work.requestThread() }
            for lane in lanes {
                let turns = lane.turns.load(ordering: .relaxed)
                let stuck = lane.busy.load(ordering: .relaxed) && turns == seen[lane.index]
                seen[lane.index] = turns
                if stuck, spares.count < Self.maximumSpares {
                    seen[lane.index] = .max
                    replaceThread(of: lane)
                }
            }
        }
    }

    private func replaceThread(of lane: WorkerLane) {
        lane.owner.store(0, ordering: .sequentiallyConsistent)
        lane.busy.store(false, ordering: .relaxed)
        if !spares.give(lane) {
            spares.countOneMore()
            startThread(serving: lane)
        }
    }
}

/// Threads that lost their lane to a stall and wait for another.
final class SpareThreads: Sendable {
    private struct State {
        var lanes: [WorkerLane] = []
        var waiting = 0
        var started = 0
        var stopped = false
    }

    private let state = Mutex(State())
    private let lot = ParkingLot()
    private let pauseLot = ParkingLot()

    /// How many threads were started beyond the workers.
    var count: Int { state.withLock { $0.started } }

    func countOneMore() { state.withLock { $0.started += 1 } }

    /// Gives a lane to a waiting spare; false when none waits.
    func give(_ lane: WorkerLane) -> Bool {
        let given = state.withLock { state in
            guard state.waiting > state.lanes.count else { return false }
            state.lanes.append(lane)
            return true
        }
        if given { lot.signal() }
        return given
    }

    /// Waits for a lane to serve; nil when the pool stops.
    func waitForLane() -> WorkerLane? {
        state.withLock { $0.waiting += 1 }
        var result: WorkerLane?
        lot.wait(nanoseconds: nil) {
            self.state.withLock { state in
                result = state.lanes.popLast()
                return result != nil || state.stopped
            }
        }
        state.withLock { $0.waiting -= 1 }
        return result
    }

    /// Lets the watch rest between two looks.
    func pause(nanoseconds: UInt64) {
        pauseLot.wait(nanoseconds: nanoseconds) { self.state.withLock { $0.stopped } }
    }

    func stop() {
        state.withLock { $0.stopped = true }
        lot.broadcast()
        pauseLot.broadcast()
    }
}
