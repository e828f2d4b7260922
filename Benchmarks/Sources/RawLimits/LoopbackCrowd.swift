internal import Foundation
public import Measure

/// Many connections whose far ends one thread serves.
private struct LoopbackCrowd: Sendable {
    let near: SocketCrowd

    /// Connects, and starts the thread that serves until it fails, which it does once the near ends are closed.
    init(_ count: Int, serve: @escaping @Sendable (_ far: [LoopbackSocket]) throws -> Void) throws {
        let pairs = try (0..<count).map { _ in try LoopbackSocket.pair() }
        near = SocketCrowd(pairs.map(\.0))
        let far = pairs.map(\.1)
        Thread.detachNewThread {
            // Silence is right: the near ends meet the error as well and report it.
            try? serve(far)
            for socket in far { socket.close() }
        }
    }
}

/// What the kernel carries of calls on many connections: rounds of a request on each, then of an answer from each.
///
/// Two threads, one for each end of all connections; nothing but the bytes is sent, and nothing is waited for with epoll.
public func loopbackCalls(_ name: String, sockets: Int, request: Int, answer: Int) -> BenchmarkCase {
    BenchmarkCase(
        name,
        unit: "calls/s",
        note: "\(request) bytes to the far end and \(answer) back; latency is of a round over all sockets",
        setUp: {
            try LoopbackCrowd(sockets) { far in
                var received = [UInt8](repeating: 0, count: request)
                let answer = [UInt8](repeating: 0x70, count: answer)
                while true {
                    for socket in far {
                        guard try socket.receive(into: &received) else { return }
                        try socket.send(answer)
                    }
                }
            }
        },
        tearDown: { $0.near.close() },
        slice: { crowd, duration in
            let bytes = [UInt8](repeating: 0x70, count: request)
            return try TimedLoop.run(for: duration, weight: sockets) {
                try crowd.near.send(bytes)
                try crowd.near.receive(answer)
            }
        }
    )
}

/// What the kernel carries of a message to many connections: one thread writes it to each, another reads it from each.
public func loopbackFanout(_ name: String, sockets: Int, bytes: Int) -> BenchmarkCase {
    BenchmarkCase(
        name,
        unit: "messages/s",
        note: "\(bytes) bytes to each socket, asked for by one byte; latency is until the last has read",
        setUp: {
            try LoopbackCrowd(sockets) { far in
                var asked: [UInt8] = [0]
                let message = [UInt8](repeating: 0x70, count: bytes)
                while try far[0].receive(into: &asked) {
                    for socket in far { try socket.send(message) }
                }
            }
        },
        tearDown: { $0.near.close() },
        slice: { crowd, duration in
            try TimedLoop.run(for: duration, weight: sockets) {
                try crowd.near.sendFirst([1])
                try crowd.near.receive(bytes)
            }
        }
    )
}
