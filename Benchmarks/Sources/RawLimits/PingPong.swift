// A slice is one synchronous function, so it stays on one thread, whose affinity it changes and restores: the thread
// goes back to a pool, and threads and processes started from it would inherit what it leaves.

internal import Foundation
public import Measure

/// Two threads, each with one end of a connection: this one sends and waits, the other sends back what it gets.
actor PingPong {
    private let near: LoopbackSocket
    private let oneCore: Bool
    private let message: [UInt8]
    private var answer: [UInt8]

    /// Connects the ends and starts the answering thread, which ends when this end is closed.
    init(bytes: Int, oneCore: Bool) throws {
        message = [UInt8](repeating: 0x70, count: bytes)
        answer = message
        self.oneCore = oneCore
        let (near, far) = try LoopbackSocket.pair()
        self.near = near
        Thread.detachNewThread {
            defer { far.close() }
            // An error leaves the connection closed, which the asking end meets as well and reports.
            guard !oneCore || (try? CoreAffinity().first.apply()) != nil else { return }
            var received = [UInt8](repeating: 0, count: bytes)
            // Silent for the same reason.
            while (try? far.receive(into: &received)) == true, (try? far.send(received)) != nil {}
        }
    }

    /// Makes round trips one after the other.
    func slice(for duration: Duration) throws -> SliceResult {
        guard oneCore else { return try roundTrips(for: duration) }
        let before = try CoreAffinity()
        try before.first.apply()
        let result = Result { try roundTrips(for: duration) }
        try before.apply()
        return try result.get()
    }

    /// Closes the connection, which ends the other thread.
    func close() {
        near.close()
    }

    private func roundTrips(for duration: Duration) throws -> SliceResult {
        try TimedLoop.run(for: duration) {
            try near.send(message)
            guard try near.receive(into: &answer) else { throw SystemError.ended }
        }
    }
}

/// The rates at which the kernel carries a request and an answer of so many bytes over TCP on 127.0.0.1.
///
/// Two threads with blocking sockets, one round trip at a time: once with both threads on one core, where a wake-up is
/// a switch, and once wherever the scheduler puts them, where it may have to wake an idle core, which in a virtual
/// machine can take several times as long. The first is steady and the one to compare with; a server with one caller
/// may pass the second.
public func loopbackPingPong(bytes: Int) -> [BenchmarkCase] {
    [
        pingPong("raw.tcp.\(bytes)B", bytes, oneCore: true, "both threads on one core"),
        pingPong("raw.tcp.\(bytes)B.unpinned", bytes, oneCore: false, "threads where the scheduler puts them"),
    ]
}

private func pingPong(_ name: String, _ bytes: Int, oneCore: Bool, _ placement: String) -> BenchmarkCase {
    BenchmarkCase(
        name,
        unit: "round trips/s",
        note: "\(bytes) bytes each way, two threads, \(placement), blocking sockets, one round trip at a time",
        setUp: { try PingPong(bytes: max(1, bytes), oneCore: oneCore) },
        tearDown: { await $0.close() },
        slice: { try await $0.slice(for: $1) }
    )
}
