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

/// What waits on a lane.
enum LaneItem {
    case ready(any Schedulable)
    /// A job of a task that belongs to no object.
    case job(UnownedJob)
}
