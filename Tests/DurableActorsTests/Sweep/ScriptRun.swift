import DurableActors
import DurableActorsTestKit
import Locks

/// A host on which a script is run, on a disk that remembers its state after each commit.
final class ScriptRun {
    let host: SimulatedHost<DurableObjectNamespace<Scripted>>
    private(set) var socket: TestSocket?

    init(seed: UInt64 = 1, store: MemoryStore = MemoryStore(keepsHistory: true), faults: DeliberateFaults = []) throws {
        var limits = HostLimits()
        limits.faults = faults
        host = try SimulatedHost(seed: seed, store: store, limits: limits) { runtime in
            let objects = try runtime.register(Scripted.self, binding: "S", uniqueKey: "s")
            try runtime.start(environment: Scripted.Env())
            return objects
        }
    }

    var commits: Int { host.store.commitCount }

    func call(_ name: String = "one", _ body: @escaping @Sendable (Scripted) async throws -> Void) throws {
        try host.run { [host] in try await body(host.bindings.getByName(name)) }
    }

    func connect() throws {
        socket = try host.run { [host] in try await TestSocket.connect(to: host.bindings.getByName("one")) }
    }

    /// Sends a message and waits for its answer.
    func ask() throws -> String? {
        guard let socket else { return nil }
        return try host.run {
            try socket.send("next")
            return try await socket.nextText()
        }
    }

    /// What both objects have stored, in words.
    func words() throws -> [String] {
        try host.run { [host] in
            var words: [String] = []
            for name in ["one", "two"] {
                words += try await host.bindings.getByName(name).all().map { "\(name): \($0)" }
            }
            return words.sorted()
        }
    }

    /// What a process finds that starts when so many commits were durable, and what is left when its alarms have rung.
    func found(afterCommit number: Int) throws -> (words: [String], alarmsLeft: Int) {
        let later = try ScriptRun(store: host.store.copy(afterCommit: number))
        let words = try later.words()
        try later.host.advance(by: .seconds(500))
        return (words, try later.words().count { $0.contains(": alarm ") })
    }

    /// Runs a script, then crashes after each of its commits, and returns what is wrong with what is found.
    func violations(of script: [ScriptStep]) throws -> [String] {
        var states = [ScriptModel()]
        var violations: [String] = []
        /// How many states of the model each commit has to have reached, and may have reached.
        var reached = [Int](repeating: 0, count: commits + 1)
        for step in script {
            let begun = states.count
            for edit in step.edits {
                var next = states[states.count - 1]
                edit(&next)
                states.append(next)
            }
            try step.act(self)
            // What is told is on the disk of that moment: a crash right now must find all of it.
            let told = commits
            let now = try found(afterCommit: told).words
            if now != states[states.count - 1].words { violations.append("\(step.name): told before it was durable") }
            try host.settle()
            if try words() != states[states.count - 1].words { violations.append("\(step.name): the model is wrong") }
            for commit in reached.count..<(commits + 1) {
                let (words, alarmsLeft) = try found(afterCommit: commit)
                let place = states.indices.last { $0 >= reached[commit - 1] && states[$0].words == words }
                if place == nil { violations.append("\(step.name): commit \(commit) holds \(words)") }
                if alarmsLeft > 0 { violations.append("\(step.name): an alarm is lost after commit \(commit)") }
                reached.append(place ?? begun)
            }
        }
        return violations
    }
}
