import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct StubOrderTests {
    /// Calls made from several events of one object, some of them behind writes, in the order in which they were made
    /// and in which they arrived.
    private static func orders(seed: UInt64, throughFetch: Bool) throws -> (made: [String], arrived: [String]) {
        let arrived = Recorder<String>()
        let theatre = try Theatre(
            seed: seed,
            order: .seeded,
            answers: { _, request in
                arrived.add(request.url.pathname)
                return Response("")
            }
        )
        let made = Recorder<String>()
        let callee = theatre.stub("callee")
        let random = SeededRandom(seed: seed)
        let tasks = (0..<12).map { number in
            let (writes, pause) = (random.below(2) == 0, Int64(random.below(3)))
            let arrival = theatre.scene { _ in
                arrived.add("/\(number)")
                return ""
            }
            return theatre.start { ctx in
                try await ctx.sleep(milliseconds: pause)
                if writes { try await ctx.storage.put("a", number) }
                made.add("/\(number)")
                if throughFetch {
                    _ = try await callee.fetch(Request("http://x/\(number)"))
                } else {
                    _ = try await callee.play(arrival)
                }
                return ""
            }
        }
        theatre.host.world.scheduler.holdsCommits = seed % 3 == 0
        try theatre.host.advance(by: .milliseconds(1))
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.advance(by: .milliseconds(5))
        for task in tasks { _ = try task.result?.get() }
        return (made.all, arrived.all)
    }

    @Test(arguments: [false, true])
    func `a later call on a stub never overtakes one that waits for a write`(throughFetch: Bool) throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let (made, arrived) = try Self.orders(seed: seed, throughFetch: throughFetch)
            #expect(made.count == 12)
            #expect(arrived == made, "seed \(seed)")
        }
    }

    @Test func `calls from outside that are awaited one after the other arrive in that order`() throws {
        let theatre = try Theatre(order: .seeded)
        let (notes, stub) = (theatre.notes, theatre.stub())
        let scenes = (0..<20).map { number in
            theatre.scene { ctx in
                try await ctx.storage.put("a", number, allowUnconfirmed: true)
                notes.add("\(number)")
                return ""
            }
        }
        try theatre.host.run { for scene in scenes { _ = try await stub.play(scene) } }
        #expect(notes.all == (0..<20).map(String.init))
    }

    @Test func `a call that waits fails with its caller's commit, and the stub is good for others`() throws {
        let theatre = try Theatre()
        let (notes, callee) = (theatre.notes, theatre.stub("callee"))
        let arrival = theatre.scene { _ in
            notes.add("arrived")
            return ""
        }
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return try await callee.play(arrival)
        }
        try theatre.host.settle()
        theatre.host.store.failWrite(1, with: StorageError(.io, "E"))
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(call.failure(as: DurableObjectError.self)?.message.contains("E") == true)
        #expect(notes.all.isEmpty)
        #expect(try theatre.host.run { try await callee.play(arrival) }.isEmpty)
        #expect(notes.all == ["arrived"])
    }
}
