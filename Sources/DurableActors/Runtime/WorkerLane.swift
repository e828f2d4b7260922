internal import Locks
internal import struct Synchronization.Atomic

/// A queue of ready work that one thread at a time serves.
///
/// The lane, not the thread, is the unit of parallelism: when a turn holds the thread that serves a lane, the watch
/// over stalls gives the lane to a spare thread, and the stuck one becomes the spare when it comes back.
final class WorkerLane: Sendable {
    let index: Int
    private let queue = Mutex(ReadyQueue<LaneItem>())
    /// Counts items begun; unchanged over two looks while busy means that one item holds the thread.
    let turns = Atomic<UInt64>(0)
    /// Whether the serving thread is inside an item.
    let busy = Atomic<Bool>(false)
    /// Which thread serves the lane; changed only by the watch and read by threads to learn that they lost it.
    let owner = Atomic<UInt>(0)

    /// How many turns the thread may still run within the item that it is in.
    let turnsInPlace = Atomic<Int>(0)

    init(index: Int) { self.index = index }

    /// Adds an item and tells how many wait now.
    func push(_ item: LaneItem) -> Int {
        queue.withLock { queue in
            queue.append(item)
            return queue.count
        }
    }

    func pop() -> LaneItem? { queue.withLock { $0.popFirst() } }

    /// Gives half of what waits to another lane.
    func steal() -> [LaneItem] { queue.withLock { $0.isEmpty ? [] : $0.takeHalf() } }

    var isEmpty: Bool { queue.withLock { $0.isEmpty } }

    /// Notes that the serving thread, which alone calls this, begins an item.
    @inline(__always)
    func begin() {
        turns.store(turns.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        busy.store(true, ordering: .relaxed)
    }
}

extension WorkerLane {
    /// How many turns a job of a task may run in place before the lane's other items come first.
    private static let maximumTurnsInPlace = 64

    /// Notes, on the serving thread, how many turns the item that begins may run in place: jobs of tasks may run some.
    @inline(__always)
    func allowTurnsInPlace(_ item: LaneItem) -> Int {
        let allowed = if case .job = item { Self.maximumTurnsInPlace } else { 0 }
        turnsInPlace.store(allowed, ordering: .relaxed)
        return allowed
    }

    /// Whether the thread may run a turn in place, which then counts as an item for the watch over stalls.
    func takeTurnInPlace() -> Bool {
        let left = turnsInPlace.load(ordering: .relaxed)
        guard left > 0, owner.load(ordering: .relaxed) == NativeThread.currentID else { return false }
        turnsInPlace.store(left - 1, ordering: .relaxed)
        turns.store(turns.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        return true
    }
}

/// What waits on a lane.
enum LaneItem {
    case ready(any Schedulable)
    /// A job of a task that belongs to no object.
    case job(UnownedJob)
}
