import DurableActors
import Foundation
import HostClient
import Testing

/// Three nodes as processes, whose shards move while clients use their objects through any of them.
@Suite(.serialized) struct MoveTests {
    /// How often a node is stopped or killed in a move; more where asked for by MOVE_ROUNDS.
    static let rounds = ProcessInfo.processInfo.environment["MOVE_ROUNDS"].flatMap(Int.init) ?? 8

    @Test(.timeLimit(.minutes(5)))
    func `a thousand objects with open sockets move under constant calls: none fails, no message is lost`() throws {
        let site = try ClusterSite(names: ["a", "b", "c"])
        defer { site.remove() }
        try site.change(to: ["a": 1, "b": 1])
        for name in ["a", "b"] { try site.start(name) }
        let crowd = LedgerCrowd()
        crowd.begin(ledgers: 1_000, threads: 20, doors: site.doors, sockets: true)
        crowd.wait(forAnswers: 1_000)

        try site.change(to: ["a": 1, "b": 1, "c": 1])
        try site.start("c")
        crowd.use(doors: site.doors)
        try site.waitUntilSettled()
        crowd.wait(forAnswers: 1_000)

        try site.change(to: ["b": 1, "c": 1])
        try site.waitUntilSettled()
        crowd.wait(forAnswers: 1_000)
        let seen = crowd.end()

        #expect(seen.failures == [], "\(site.complaints())")
        #expect(seen.violations == [])
        #expect(try site.ownershipViolations() == [])
        #expect(try LedgerCheck.violations(of: seen, at: site.doors) == [])
        print("1,000 objects moved twice: \(seen.answers) calls, longest wait \(seen.longestWaitMilliseconds) ms")
    }

    @Test(.timeLimit(.minutes(30)))
    func `a node stopped or killed in the midst of a move costs no entry and makes no second owner`() throws {
        let names = ["a", "b", "c"]
        var random = SplitMix(state: 20_261_121)
        let site = try ClusterSite(names: names)
        defer { site.remove() }
        try site.change(to: ["a": 1, "b": 1, "c": 1])
        for name in names { try site.start(name) }
        let crowd = LedgerCrowd()
        crowd.begin(ledgers: 64, threads: 8, doors: site.doors, sockets: false)
        var found: [String] = []
        for round in 0..<Self.rounds {
            crowd.wait(forAnswers: 64)
            let weights = names.map { ($0, Int(random.next() % 3) + 1 + (round % 2)) }
            try site.change(to: Dictionary(uniqueKeysWithValues: weights))
            crowd.wait(forAnswers: Int(random.next() % 40) + 1)
            let victim = names[Int(random.next() % 3)]
            if random.next() % 3 == 0 {
                site.hosts[victim]?.send(SIGSTOP)
                for other in names where other != victim {
                    for _ in 0..<20 { _ = try site.standing(other) }
                }
                site.hosts[victim]?.send(SIGCONT)
            } else {
                site.kill(victim)
                try site.start(victim)
                crowd.use(doors: site.doors)
            }
            try site.waitUntilSettled()
            found += try site.ownershipViolations()
            found += try LedgerCheck.violations(of: crowd.seen, at: site.doors)
            if !found.isEmpty { break }
        }
        let seen = crowd.end()
        #expect(found == [], "\(site.complaints())")
        #expect(seen.violations == [])
        #expect(seen.answers > Self.rounds * 64)
        print("\(Self.rounds) rounds: \(seen.answers) answers, \(seen.failures.count) calls failed")
    }

    @Test(.timeLimit(.minutes(5)))
    func `the same checker catches nodes that give a shard away while its events run`() throws {
        let site = try ClusterSite(names: ["a", "b"], switches: ["--break-moves"])
        defer { site.remove() }
        try site.change(to: ["a": 1, "b": 1])
        for name in ["a", "b"] { try site.start(name) }
        let crowd = LedgerCrowd()
        crowd.begin(ledgers: 64, threads: 8, doors: site.doors, sockets: false)
        var found: [String] = []
        for round in 0..<20 where found.isEmpty {
            crowd.wait(forAnswers: 64)
            try site.change(to: ["a": 1 + round % 2 * 6, "b": 7 - round % 2 * 6])
            try site.waitUntilSettled()
            found += crowd.seen.violations
            found += try LedgerCheck.violations(of: crowd.seen, at: site.doors)
        }
        _ = crowd.end()
        #expect(!found.isEmpty)
    }
}
