import AgentClient
import DurableActors
import DurableActorsTestKit
import Testing

/// Everything that can happen to a client, in any order.
@Suite struct ClientSweepTests {
    private struct Sent: Hashable {
        let id: String
        let number: Int
    }

    private func sent(_ links: [ScriptedLink]) throws -> [Sent] {
        try links.flatMap(\.texts).map { text in
            let frame = try JSON.parse(text)
            return Sent(id: frame["id"]?.string ?? "", number: frame["args"]?[0]?.int ?? -1)
        }
    }

    /// One thing that happens, by chance.
    private func step(_ site: ClientSite, _ random: SeededRandom) throws {
        guard let link = site.transport.links.last else { return try site.advance(1000) }
        switch random.next() % 8 {
        case 0, 1: link.open()
        case 2: link.end([1000, 1006, 1011, 3000][Int(random.next() % 4)])
        case 3: link.fail()
        case 4: site.client.reconnect()
        case 5: try site.advance(Int64(random.next() % 12_000))
        default:
            let links = random.next() % 4 == 0 ? site.transport.links : [link]
            for call in try sent(links) where random.next() % 2 == 0 {
                let rest = #""done":true,"result":\#(call.number),"success":true"#
                link.tell(#"{"id":"\#(call.id)","type":"rpc",\#(rest)}"#)
            }
        }
        try site.settle()
    }

    @Test func `every call ends once, is sent once at most and in its turn, whatever happens to the connection`() throws
    {
        let answers = try (1...200).reduce(0) { try $0 + sweep(seed: $1) }
        #expect(answers > 500)
    }

    /// Runs one seed; returns how many calls were answered.
    private func sweep(seed: UInt64) throws -> Int {
        let site = try ClientSite(seed: seed)
        let random = SeededRandom(seed: seed &* 31)
        var calls: [SimulatedTask<Int>] = []
        for _ in 0..<80 {
            if random.next() % 3 == 0 {
                let number = calls.count
                calls.append(try site.start { try await $0.call("m", number) })
            }
            try step(site, random)
        }
        site.client.close()
        try site.settle()
        for (number, call) in calls.enumerated() {
            switch call.result {
            case .success(let value): #expect(value == number)
            case .failure(let error as AgentClientError):
                #expect(error == .connectionClosed || error == .timedOut(method: "m", milliseconds: 30_000))
            default: Issue.record("call \(number) of seed \(seed) has ended with \(String(describing: call.result))")
            }
        }
        let sent = try sent(site.transport.links)
        #expect(sent.map(\.number) == sent.map(\.number).sorted(), "seed \(seed)")
        #expect(Set(sent).count == sent.count, "seed \(seed)")
        return calls.count { (try? $0.result?.get()) != nil }  // those that failed were looked at above
    }
}
