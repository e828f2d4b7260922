import AgentClient
import DurableActors
import DurableActorsTestKit
import Testing

/// When a client comes back, when it does not, and what it keeps meanwhile.
@Suite struct ReconnectionTests {
    @Test func `the waits grow by three tenths from three seconds to ten`() throws {
        let site = try ClientSite()
        for (number, wait) in [3000, 3900, 5070, 6591, 8568, 10_000, 10_000].enumerated() {
            try site.transport.link().fail()
            try site.advance(Int64(wait) - 1)
            #expect(site.transport.links.count == number + 1)
            try site.advance(1)
            #expect(site.transport.links.count == number + 2)
        }
        #expect(Set(site.transport.links.map(\.address)).count == 1)
    }

    @Test(arguments: 1...5) func `the first wait is up to a tenth longer by chance`(seed: UInt64) throws {
        let site = try ClientSite(seed: seed) { $0.reconnection.jitter = 0.1 }
        try site.opened().end(1006)
        try site.advance(3300)
        #expect(site.waits.count == 1)
        #expect((3000...3300).contains(site.waits[0]))
        #expect(site.waits[0] != 3000)
    }

    @Test func `the waits begin anew once a socket has been open for five seconds, and not before`() throws {
        let site = try ClientSite()
        for (open, wait) in [(4999, 3000), (4999, 3900), (5000, 3000)] as [(Int64, Int64)] {
            let link = try site.opened()
            try site.advance(open)
            link.end(1011)
            try site.advance(wait - 1)
            #expect(try site.transport.link() === link)
            try site.advance(1)
            #expect(try site.transport.link() !== link)
        }
    }

    @Test func `an attempt without an answer in four seconds is dropped and made again three seconds later`() throws {
        let site = try ClientSite()
        try site.advance(6999)
        #expect(site.transport.links.count == 1)
        #expect(site.transport.links[0].steps == [.drop])
        try site.advance(1)
        #expect(site.waits == [7000])
        #expect(site.events == ["failed timeout"])
    }

    @Test(arguments: [1000, 1001, 1005, 1006, 1011, 3000, 3999])
    func `AG 91: a client comes back with its own id after these codes`(code: Int) throws {
        let site = try ClientSite()
        let first = try site.opened()
        first.end(code, "why")
        try site.advance(3000)
        let second = try site.opened()
        #expect(second !== first)
        #expect(first.address == second.address)
        #expect(
            site.events == [
                "opened", "identified room counter", "closed \(code) why \(code != 1006)", "opened",
                "identified room counter",
            ]
        )
    }

    @Test(arguments: [1008, 4000, 4999]) func `AG 92: a client stays away after these codes`(code: Int) throws {
        let site = try ClientSite()
        let link = try site.opened()
        let call = try site.start { try await $0.call("hang") }
        link.end(code, "policy")
        try site.advance(60_000)
        #expect(site.transport.links.count == 1)
        #expect(site.client.connectionError?.code == code)
        #expect(site.events.suffix(2) == ["closed \(code) policy true", "refused \(code) policy"])
        #expect(call.clientError == .connectionClosed)
        #expect(try site.start { try await $0.call("late") }.clientError == .connectionClosed)
        #expect(try site.start { try await $0.ready() }.clientError == .connectionClosed)
    }

    @Test func `AG 95: reconnecting makes a new connection at once, and a call made before it is open is sent there`()
        throws
    {
        let site = try ClientSite()
        let first = try site.opened()
        site.client.reconnect()
        let sum = try site.start { try await $0.call("add", 1, 2, as: Int.self) }
        #expect(first.steps == [.close(1000, "")])
        let second = try site.opened()
        #expect(second !== first && second.texts.count == 1)
        try second.answer(#""done":true,"result":3,"success":true"#)
        try site.settle()
        #expect(try sum.result?.get() == 3)
        first.end(1006)
        first.tell("an echo of the past")
        #expect(site.events.suffix(2) == ["opened", "identified room counter"])
    }

    @Test func `a client that was turned away or closed comes back when it is told to`() throws {
        let site = try ClientSite()
        try site.opened().end(4001)
        site.client.reconnect()
        try site.settle()
        #expect(site.client.connectionError == nil)
        _ = try site.opened()
        site.client.close()
        site.client.reconnect()
        try site.settle()
        #expect(site.transport.links.count == 3)
        #expect(site.waits == [0, 0])
    }

    @Test func `AG 10: the query is asked for before every attempt, and a client without one does not connect`() throws
    {
        let counter = Counter()
        let site = try ClientSite {
            $0.query = {
                let number = counter.next()
                if number == 2 { throw AgentClientError.failed("no token") }
                return [("token", "\(number)")]
            }
        }
        try site.transport.link().fail()
        try site.advance(6900)
        #expect(site.events == ["failed no way", "failed no token"])
        #expect(site.transport.links.map { $0.address.target.suffix(8) } == ["&token=1", "&token=3"])
        #expect(site.waits == [6900])
    }

    @Test func `whoever waits for the identity is let go by it, on whichever attempt, and by the end of the client`()
        throws
    {
        let site = try ClientSite()
        let waiting = try site.start { try await $0.ready() }
        try site.transport.link().fail()
        try site.advance(3000)
        #expect(waiting.result == nil)
        _ = try site.opened()
        #expect(waiting.result != nil && waiting.clientError == nil)
        #expect(site.client.isIdentified)
        try site.transport.link().end(1006)
        #expect(!site.client.isIdentified)
        let other = try site.start { try await $0.ready() }
        site.client.close()
        try site.settle()
        #expect(other.clientError == .connectionClosed)
    }

    @Test func `a client that nobody holds any more closes its socket`() throws {
        let transport = ScriptedTransport()
        do {
            let options = AgentClientOptions(host: "localhost:1", agent: "Counter")
            let client = AgentClient<JSONValue>(options, transport: transport)
            try transport.simulation.settle()
            try transport.link().open()
            #expect(client.isIdentified)
        }
        try transport.simulation.advance(by: .seconds(20))
        #expect(transport.links.count == 1)
        #expect(try transport.link().steps == [.close(1000, "")])
    }
}
