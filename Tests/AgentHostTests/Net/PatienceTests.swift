import DurableActors
import DurableActorsTestKit
import HostClient
import Locks
import Testing

@testable import AgentHost

/// How long connections may keep a server waiting, and how many there may be.
@Suite(.timeLimit(.minutes(1))) struct PatienceTests {
    private func host(
        maximumBodyBytes: Int = 1 << 20,
        _ settings: (inout HTTPServer.Configuration) -> Void
    ) throws -> LoopbackHost {
        try LoopbackHost(maximumBodyBytes: maximumBodyBytes, server: settings) { _ in { _ in Response("answer") } }
    }

    @Test func `time counts from when a connection began to wait for something else`() {
        var limits = ConnectionPatience.Limits()
        (limits.idle, limits.head, limits.body, limits.linger) = (100, 10, 50, 5)
        var patience = ConnectionPatience(limits: limits, now: 0)
        var deadlines: [UInt64?] = []
        let steps: [(ConnectionPatience.Phase, UInt64)] = [
            (.idle, 50), (.head, 60), (.head, 65), (.body(pieces: 1), 66), (.body(pieces: 1), 70),
            (.body(pieces: 2), 80), (.serving, 90), (.idle, 95), (.lingering, 100),
        ]
        for (phase, now) in steps {
            patience.enter(phase, now: now)
            deadlines.append(patience.deadline)
        }
        #expect(deadlines == [100, 70, 70, 116, 116, 130, nil, 195, 105])
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"])
    func `a request that does not come whole is answered with 408, and the connection ends`(text: String) throws {
        let host = try HastyServer(hurrying: 60)
        let slow = try host.http()
        try slow.send(Array(text.utf8))
        #expect(try slow.readAnswer().status == 408)
        #expect(throws: ClientError.self) { try slow.readAnswer() }
        #expect(try host.http().request("GET", "/").text == "answer")
    }

    @Test func `a connection without a request ends after its time, before the first and after one`() throws {
        let host = try HastyServer(hurrying: 60)
        let (unused, used) = (try host.http(), try host.http())
        #expect(try used.request("GET", "/").text == "answer")
        host.time.hurry(75)
        #expect(throws: ClientError.self) { try unused.readAnswer() }
        #expect(throws: ClientError.self) { try used.readAnswer() }
    }

    @Test func `one connection too many is answered with 503, and there is room again when another ends`() throws {
        let host = try host { $0.maximumConnections = 1 }
        var first: HTTPClient? = try host.http()
        #expect(try first?.request("GET", "/").text == "answer")
        let second = try host.http()
        #expect(try second.readAnswer().status == 503)
        #expect(throws: ClientError.self) { try second.readAnswer() }
        first?.endSending()
        #expect(throws: ClientError.self) { try first?.readAnswer() }
        first = nil
    }

    @Test func `a client whose body is refused while it sends gets the answer`() throws {
        let host = try host(maximumBodyBytes: 1000) { _ in }
        for _ in 0..<8 {
            let http = try host.http()
            try http.send(Array("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n".utf8))
            try http.send([UInt8](repeating: 0, count: 20_000_000))
            #expect(try http.readAnswer().status == 413)
        }
    }

    @Test func `a listener tries again when the system had no descriptor left`() throws {
        let world = SimulatedWorld(seed: 1)
        let outcomes = Mutex<[Listener.Accepted]>([.lost, .exhausted, .none, .exhausted, .exhausted, .none])
        let listener = try Listener(
            address: "127.0.0.1",
            port: 0,
            reactor: try EpollReactor(),
            world: world.world,
            accept: { _ in outcomes.withLock { $0.removeFirst() } },
            accepted: { _ in }
        )
        var left: [Int] = []
        for _ in 0..<2 {
            listener.becameReady(.readable)
            try world.settle()
            left.append(outcomes.withLock { $0.count })
            try world.advance(by: .milliseconds(250))
            left.append(outcomes.withLock { $0.count })
        }
        #expect(left == [4, 3, 2, 0])
    }
}
