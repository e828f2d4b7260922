import AgentHost
import DurableActors
import HostClient
import Testing

/// Clients that read more slowly than their object sends; the kernel's own buffers take far less than what is sent.
@Suite(.timeLimit(.minutes(1))) struct SlowConsumerTests {
    private static let count = 48

    private func host(workers: Int = 2, withoutNodesBecause reason: String? = nil) throws -> LoopbackHost {
        try LoopbackHost(workers: workers, withoutNodesBecause: reason) { runtime in
            let spouts = try runtime.register(Spout.self, binding: "S", uniqueKey: "s", environment: Spout.Env())
            return { try await spouts.getByName("one").fetch($0) }
        }
    }

    @Test func `each policy does one thing over its bound, and the server's bound ends any connection`() {
        let policies: [SlowConsumerPolicy?] = [
            nil, .close(overBytes: 10), .drop(overBytes: 10), .wait(overBytes: 10), .close(overBytes: 200),
        ]
        let answers = [10, 11, 100, 101].map { waiting in
            policies.map { policy in
                var rule = SlowConsumerRule(maximumBytes: 100)
                rule.policy = policy
                return (rule.ends(waiting: waiting) ? "e" : "") + (rule.drops(waiting: waiting) ? "d" : "")
                    + (rule.holdsReading(waiting: waiting) ? "h" : "")
            }
        }
        #expect(
            answers == [
                ["", "", "", "", ""], ["", "e", "d", "h", ""], ["", "e", "d", "h", ""], ["e", "e", "ed", "eh", "e"],
            ]
        )
    }

    /// The numbers of the messages that come, and what comes behind them.
    private func readAll(_ socket: WebSocketClient) throws -> (numbers: [Int], end: WebSocketClient.Incoming) {
        var numbers: [Int] = []
        while true {
            let next = try socket.receive()
            guard case .binary(let bytes) = next else { return (numbers, next) }
            numbers.append(Int(bytes[0]))
        }
    }

    @Test func `what waits is counted, and all of it comes when nothing else is asked for`() throws {
        let host = try host()
        let socket = try host.socket("/keep")
        let waiting = try #require(Int(try host.http().request("GET", "/\(Self.count)").text))
        #expect(waiting > 8 << 20)
        #expect(waiting <= Self.count * ((1 << 20) + 10))
        let (numbers, end) = try readAll(socket)
        #expect(numbers == Array(0..<Self.count))
        #expect(end == .closed(code: 4000, reason: "poured"))
    }

    @Test func `a socket that closes by its own bound is lost before all has come`() throws {
        let host = try host()
        let socket = try host.socket("/close")
        _ = try host.http().request("GET", "/\(Self.count)")
        let (numbers, end) = try readAll(socket)
        #expect(numbers == Array(0..<numbers.count))
        #expect(numbers.count < Self.count)
        #expect(end == .lost)
    }

    @Test func `a socket that drops messages keeps its order and its close`() throws {
        let host = try host()
        let socket = try host.socket("/drop")
        let waiting = try #require(Int(try host.http().request("GET", "/\(Self.count)").text))
        #expect(waiting <= 2 * ((1 << 20) + 10))
        let (numbers, end) = try readAll(socket)
        #expect(numbers.starts(with: [0]))
        #expect(numbers.count < Self.count)
        #expect(numbers == numbers.sorted())
        #expect(Set(numbers).count == numbers.count)
        #expect(end == .closed(code: 4000, reason: "poured"))
    }

    @Test func `nothing is read of a socket that waits until its client has read`() throws {
        // One worker sees what is sent on the socket before the requests that ask whether it has come.
        let host = try host(
            workers: 1,
            withoutNodesBecause: "what is still on its way from the object's node does not keep the door from reading"
        )
        let socket = try host.socket("/wait")
        let http = try host.http()
        _ = try http.request("GET", "/\(Self.count)?open")
        try socket.send("a question")
        for _ in 0..<20 { #expect(try http.request("GET", "/heard").text == "0") }
        for number in 0..<Self.count {
            guard case .binary(let bytes) = try socket.receive() else { return #expect(Bool(false), "no message") }
            #expect(Int(bytes[0]) == number)
        }
        guard case .binary(let answer) = try socket.receive() else { return #expect(Bool(false), "no answer") }
        #expect(answer.count == 160 << 10)
        #expect(try http.request("GET", "/heard").text == "1")
    }

    @Test func `a socket that waits reads no more questions than it can answer`() throws {
        let host = try host()
        // All answers together are more than may ever wait for one connection.
        let messages = 600
        let socket = try host.flood("/wait", with: [UInt8](repeating: 0, count: 60 << 10), times: messages)
        // A frame has ten bytes of its own; the answer to the upgrade comes before them.
        let answers = messages * ((160 << 10) + 10)
        var received = 0
        while received < answers, let bytes = try socket.read() { received += bytes.count }
        #expect(received >= answers)
    }
}
