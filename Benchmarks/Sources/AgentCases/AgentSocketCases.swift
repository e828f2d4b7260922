public import Measure
internal import RawLimits

/// Calls of an agent over sockets, and states sent to a thousand of them, beside the same bytes over bare connections.
public func agentSocketCases(directory: String) -> [BenchmarkCase] {
    [
        loopbackCalls("raw.tcp.calls.1socket", sockets: 1, request: Traffic.call.count, answer: Traffic.answerBytes),
        loopbackCalls(
            "raw.tcp.calls.1000sockets",
            sockets: 1000,
            request: Traffic.call.count,
            answer: Traffic.answerBytes
        ),
        loopbackFanout("raw.tcp.fanout.1000", sockets: 1000, bytes: Traffic.stateBytes),
        callCase("rpc.1socket", limit: "raw.tcp.calls.1socket", sockets: 1, directory),
        callCase("rpc.1000sockets", limit: "raw.tcp.calls.1000sockets", sockets: 1000, directory),
        fanoutCase(directory),
    ]
}

/// What goes over a connection, byte for byte.
private enum Traffic {
    /// A masked frame; the mask is zero, which leaves the text as it is.
    static let call = frame(#"{"args":[2,3],"id":"1","method":"add","type":"rpc"}"#, mask: [0, 0, 0, 0])
    static let answerBytes = frame(#"{"done":true,"id":"1","result":5,"success":true,"type":"rpc"}"#).count
    static let stateBytes = frame(#"{"state":{"count":\#(Board.firstCount)},"type":"cf_agent_state"}"#).count

    /// A text frame of fewer than 126 bytes.
    private static func frame(_ text: String, mask: [UInt8] = []) -> [UInt8] {
        [0x81, UInt8(text.utf8.count) | (mask.isEmpty ? 0 : 0x80)] + mask + text.utf8
    }
}

private struct Fixture: Sendable {
    let host: BoardHost
    let clients: SocketCrowd

    func remove() {
        clients.close()
        host.remove()
    }
}

private func callCase(
    _ name: String,
    limit: BenchmarkCase.Beside,
    sockets: Int,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        "agents.\(name)",
        unit: "calls/s",
        limit: limit,
        note: "one agent; rounds of a call on each socket, then of its answer; latency is of a round",
        setUp: {
            let host = try await BoardHost(name, in: directory)
            return Fixture(host: host, clients: try host.clients(sockets))
        },
        tearDown: { $0.remove() },
        slice: { fixture, duration in
            try TimedLoop.run(for: duration, weight: sockets) {
                try fixture.clients.send(Traffic.call)
                try fixture.clients.receive(Traffic.answerBytes)
            }
        }
    )
}

private func fanoutCase(_ directory: String) -> BenchmarkCase {
    BenchmarkCase(
        "agents.state.fanout.1000",
        unit: "messages/s",
        limit: "raw.tcp.fanout.1000",
        note: "setState of one agent; latency is from the call until the last client has read, a commit included",
        setUp: {
            let host = try await BoardHost("fanout", in: directory)
            return Fixture(host: host, clients: try host.clients(1000))
        },
        tearDown: { $0.remove() },
        slice: { fixture, duration in
            try await TimedLoop.run(for: duration, weight: fixture.clients.count) {
                async let set: Void = fixture.host.board.announce()
                try fixture.clients.receive(Traffic.stateBytes)
                try await set
            }
        }
    )
}
