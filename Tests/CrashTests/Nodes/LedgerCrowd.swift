import Foundation
import HostClient
import Locks

/// Clients that go on adding to ledgers through any node until they are told to end, and note what they were told.
final class LedgerCrowd: Sendable {
    struct Seen: Sendable {
        var answers = 0
        var failures: [String] = []
        /// The highest count that was told, for each ledger.
        var told: [Int: Int] = [:]
        /// What a client was told that cannot be.
        var violations: [String] = []
        var longestWaitMilliseconds = 0.0
        var doors: [Int] = []
        var isEnding = false
        /// How many answers are awaited, and who waits.
        var awaited: (count: Int, reached: DispatchSemaphore)?
    }

    private let state = Mutex(Seen())
    private let threads = DispatchGroup()

    var seen: Seen { state.withLock { $0 } }

    /// Begins; each thread adds to its ledgers in turn, where asked for with a socket that must hear of each entry.
    func begin(ledgers: Int, threads count: Int, doors: [Int], sockets: Bool) {
        state.withLock { $0.doors = doors }
        for thread in 0..<count {
            threads.enter()
            Thread.detachNewThread { [self] in
                work(Array(stride(from: thread, to: ledgers, by: count)), sockets)
                threads.leave()
            }
        }
    }

    /// From now on these are the ways in; a connection that stands is used on.
    func use(doors: [Int]) { state.withLock { $0.doors = doors } }

    /// Waits until so many more answers have come.
    func wait(forAnswers count: Int) {
        let reached = DispatchSemaphore(value: 0)
        state.withLock { $0.awaited = ($0.answers + count, reached) }
        reached.wait()
    }

    /// Has the clients end and returns what they have seen.
    func end() -> Seen {
        state.withLock { $0.isEnding = true }
        threads.wait()
        return seen
    }

    private func work(_ ledgers: [Int], _ sockets: Bool) {
        var listeners: [Int: WebSocketClient] = [:]
        var connections: [Int: HTTPClient] = [:]
        var turn = ledgers.first ?? 0
        while true {
            for ledger in ledgers {
                let (doors, isEnding) = state.withLock { ($0.doors, $0.isEnding) }
                if isEnding { return }
                turn += 1
                let door = doors[turn % doors.count]
                do {
                    if sockets, listeners[ledger] == nil {
                        listeners[ledger] = try WebSocketClient(port: door, path: "/ledger/\(ledger)")
                    }
                    let http = try connections[door] ?? HTTPClient(port: door)
                    connections[door] = http
                    try add(to: ledger, http)
                    if let listener = listeners[ledger] { hear(ledger, listener) }
                } catch {
                    connections[door] = nil
                    state.withLock { $0.failures.append("ledger \(ledger) at \(door): \(error)") }
                }
            }
        }
    }

    private func add(to ledger: Int, _ http: HTTPClient) throws {
        let begun = DispatchTime.now().uptimeNanoseconds
        let answer = try http.request("POST", "/ledger/\(ledger)")
        let waited = Double(DispatchTime.now().uptimeNanoseconds - begun) / 1e6
        guard answer.status == 200, let count = Int(answer.text) else {
            throw ClientError("\(answer.status) \(answer.text)")
        }
        state.withLock { seen in
            let last = seen.told[ledger, default: 0]
            if count <= last { seen.violations.append("ledger \(ledger): \(count) was told after \(last)") }
            seen.told[ledger] = count
            seen.answers += 1
            seen.longestWaitMilliseconds = max(seen.longestWaitMilliseconds, waited)
            if let awaited = seen.awaited, seen.answers >= awaited.count {
                seen.awaited = nil
                awaited.reached.signal()
            }
        }
    }

    /// The socket of a ledger to which only this thread adds hears of each entry, once and in order.
    private func hear(_ ledger: Int, _ listener: WebSocketClient) {
        let told = state.withLock { $0.told[ledger, default: 0] }
        do {
            let heard = try listener.receive()
            guard heard != .text(String(told)) else { return }
            state.withLock { $0.violations.append("ledger \(ledger): the socket heard \(heard), not \(told)") }
        } catch {
            state.withLock { $0.violations.append("ledger \(ledger): the socket of \(told) failed: \(error)") }
        }
    }
}
