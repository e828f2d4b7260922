import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@testable import Examples

@Suite struct DailyDigestTests {
    private typealias Host = SimulatedHost<DurableObjectNamespace<Inbox>>
    private let notes = Notes()
    private let world = WorldBox()
    private static let hour: Int64 = 3_600_000

    /// A host that sends digests, each taking so long.
    private func host(sendingTakes milliseconds: Int64 = 0) throws -> Host {
        let (notes, world) = (notes, world)
        let host = try SimulatedHost { runtime in
            let inboxes = try runtime.register(
                Inbox.self,
                binding: "INBOXES",
                uniqueKey: "inboxes",
                environment: NoEnv()
            )
            let env = DigestEnv(inboxes: inboxes) { id, items in
                notes.note("\(world.elapsed ?? -1) \(id) \(items)")
                if milliseconds > 0 { await world.sleep(milliseconds: milliseconds) }
            }
            _ = try runtime.registerWorkflow(
                DailyDigest.self,
                binding: "DIGEST",
                name: "digest",
                schedules: DailyDigest.schedules,
                env: env
            )
            try runtime.start(environment: NoEnv())
            return inboxes
        }
        world.set(host.world)
        try host.settle()
        return host
    }

    private func add(_ host: Host, _ items: String...) throws {
        let inbox = host.bindings.getByName("main")
        try host.run("add", advancesTime: false) { for item in items { try await inbox.add(item) } }
    }

    /// What is noted of a day's digest that is sent so long after eight o'clock; the world begins at midnight UTC.
    private func digest(_ day: Int, late: Int64 = 0, _ items: [String]) -> String {
        let eight = (Int64(day) * 24 + 8) * Self.hour
        return "\(eight + late) 0 8 * * *-\(SimulatedWorld.defaultEpochMilliseconds + eight) \(items)"
    }

    @Test func `each morning at eight UTC what has gathered is sent once, through restarts`() throws {
        let host = try host()
        let days = [["a", "b"], ["c"], ["d", "e"], []]
        var sent: [String] = []
        for (day, items) in days.enumerated() {
            for item in items { try add(host, item) }
            try host.advance(by: .milliseconds(8 * Self.hour - 1))
            try host.crash()
            #expect(notes.all == sent)
            try host.advance(by: .milliseconds(1))
            if !items.isEmpty { sent.append(digest(day, items)) }
            #expect(notes.all == sent)
            try host.crash()
            try host.advance(by: .milliseconds(16 * Self.hour))
            #expect(notes.all == sent)
        }
        #expect(sent.count == 3)
    }

    @Test func `a restart while a digest is sent sends the same one again, and what came meanwhile is in the next`()
        throws
    {
        let host = try host(sendingTakes: 5000)
        try add(host, "a")
        try host.advance(by: .milliseconds(8 * Self.hour + 1000))
        #expect(notes.all == [digest(0, ["a"])])
        try add(host, "b")
        try host.crash()
        let first = [digest(0, ["a"]), digest(0, late: 1000, ["a"])]
        #expect(notes.all == first)
        try host.advance(by: .milliseconds(24 * Self.hour))
        #expect(notes.all == first + [digest(1, ["b"])])
    }
}
