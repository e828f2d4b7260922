internal import DurableActors
internal import Glibc
internal import struct Synchronization.Atomic

/// LMDB on a slow disk, under a process that ends itself by SIGKILL at one commit.
final class KillingStore: OrderedStore {
    /// Where the process ends.
    struct Point {
        /// Counts commits from 1; 0 for none.
        var commit = 0
        /// Whether the commit is durable by then.
        var isDurable = false
    }

    private let store: LMDBStore
    private let point: Point
    private let commits = Atomic<Int>(0)

    init(directory: String, killingAt point: Point) throws {
        store = try LMDBStore(directory: directory)
        self.point = point
    }

    func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result { try store.read(body) }

    func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        let isLast = commits.add(1, ordering: .relaxed).newValue == point.commit
        // What is told too early is told while the disk works.
        if isLast { usleep(5000) }
        if isLast, !point.isDurable { kill(getpid(), SIGKILL) }
        try store.write(body)
        if isLast { kill(getpid(), SIGKILL) }
    }

    func close() { store.close() }
}
