import DurableActors
import DurableActorsTestKit
import Locks

/// One client of one object, and what it may believe of the object's data.
///
/// A call that fails or is never heard of again may have happened or not, so the belief is a set of states, which a read
/// narrows to one. Each client has keys of its own.
final class SweptClient: Sendable {
    private struct Belief {
        var states: Set<State> = [[:]]
        /// The alarm that must ring; nil when none must.
        var alarm: Int64?
        var asked: Set<Int64> = []
        var socket: TestSocket?
        var sent = 0
    }

    /// What each client calls its facets, behind its number.
    static let facets = ["f0", "f1"]

    let name: String
    /// Whether it is the one client of its object that sets alarms.
    private let setsAlarms: Bool
    private let prefix: String
    private let violations: Recorder<String>
    private let belief = Mutex(Belief())

    init(name: String, number: Int, violations: Recorder<String>) {
        self.name = name
        setsAlarms = number == 0
        prefix = "\(number)/"
        self.violations = violations
    }

    /// Does one thing that `random` picks.
    func step(_ stub: SweptObject, _ random: SeededRandom, now: Int64) async {
        let (key, other) = ("\(prefix)\(random.below(4))", "\(prefix)\(random.below(4))")
        let value = random.below(1000)
        switch random.below(20) {
        case 0, 1: await change([{ $0[key] = value }], by: { try await stub.put(key, value) })
        case 2: await change([{ $0[key] = value }], by: { try await stub.report(key, value) })
        case 3: await change([{ $0[key] = nil }], by: { try await stub.delete(key) })
        case 4:
            await change(
                [
                    {
                        $0[key] = value
                        $0[other] = value
                    }
                ],
                by: { try await stub.write(key, other, value, fails: false) }
            )
        case 5: await change([], by: { try await stub.write(key, other, value, fails: true) })
        case 6, 7: await look(stub, facets: random.below(2) == 0)
        case 8 where setsAlarms: await setAlarm(stub, at: now + 20_000 + Int64(value))
        case 9 where setsAlarms: await deleteAlarm(stub)
        case 8, 9, 10: await talk(stub)
        case 11, 12:
            await change(
                [
                    {
                        $0[key] = value
                        $0["row " + key] = value
                    }
                ],
                by: { try await stub.putRow(key, value) }
            )
        case 13...18: await useFacets(stub, random, "\(random.below(4))", value)
        default:
            if random.below(3) == 0 {
                // Its error says that it was reset, as it should be.
                try? await stub.abort()
            } else {
                // One that is not in memory, or busy, cannot be evicted.
                try? await stub.abortFacets()
                try? await evictDurableObject(stub)
            }
        }
    }

    private func useFacets(_ stub: SweptObject, _ random: SeededRandom, _ key: String, _ value: Int) async {
        let first = Self.facets[random.below(2)]
        let second = first == "f0" ? "f1" : "f0"
        let (facet, other) = (prefix + first, prefix + second)
        let put: Edit = { $0["\(first) \(key)"] = value }
        let clear: Edit = { $0 = $0.filter { !$0.key.hasPrefix(first + " ") } }
        switch random.below(8) {
        case 0, 1, 2: await change([put], by: { try await stub.putInFacet(facet, key, value) })
        case 3: await change([clear], by: { try await stub.deleteFacet(facet) })
        case 4: await change([clear, put], by: { try await stub.replaceFacet(facet, key, value) })
        case 5: await change([put, clear], by: { try await stub.overtakeFacet(facet, key, value) })
        case 6:
            await change(
                [
                    { state in
                        clear(&state)
                        for (key, value) in state where key.hasPrefix(second + " ") {
                            state[first + key.dropFirst(second.count)] = value
                        }
                    }
                ],
                by: { try await stub.cloneFacet(other, facet) }
            )
        default:
            // Whoever calls a facet just now learns of it.
            try? await stub.abortFacets()
        }
    }

    private typealias State = [String: Int]
    private typealias Edit = (inout State) -> Void

    /// Makes a call that changes the object in steps, each of which may be the last one where the call fails.
    private func change(_ edits: [Edit], by call: () async throws -> Void) async {
        let after = belief.withLock { belief in
            var after = belief.states
            for edit in edits {
                after = Set(
                    after.map { state in
                        var state = state
                        edit(&state)
                        return state
                    }
                )
                belief.states.formUnion(after)
            }
            return after
        }
        do {
            try await call()
            belief.withLock { $0.states = after }
        } catch {}
    }

    /// Reads all, with or without facets, which must be one of the states that are believed possible.
    func look(_ stub: SweptObject, facets: Bool) async {
        do {
            let found = try await stub.list(prefix, facets: facets)
            belief.withLock { belief in
                let possible = belief.states.filter { state in
                    found == (facets ? state : state.filter { !$0.key.hasPrefix("f") })
                }
                if possible.isEmpty { violations.add("\(name): \(found) is none of \(belief.states)") }
                belief.states = possible.isEmpty ? [found] : possible
            }
        } catch {}
    }

    private func setAlarm(_ stub: SweptObject, at due: Int64) async {
        belief.withLock { belief in
            belief.asked.insert(due)
            belief.alarm = nil
        }
        do {
            try await stub.ring(at: due)
            belief.withLock { $0.alarm = due }
        } catch {}
    }

    private func deleteAlarm(_ stub: SweptObject) async {
        belief.withLock { $0.alarm = nil }
        // Whether it was deleted does not matter: none must ring now.
        try? await stub.unring()
    }

    private func talk(_ stub: SweptObject) async {
        if belief.withLock({ $0.socket == nil || $0.socket?.end != nil }) {
            checkEchoes(hasSettled: false)
            // Without a socket there is nothing to talk through.
            guard let socket = try? await TestSocket.connect(to: stub) else { return }
            belief.withLock { belief in
                belief.socket = socket
                belief.sent = 0
            }
        }
        belief.withLock { belief in
            // A socket that has just ended takes no more.
            if let socket = belief.socket, (try? socket.send("\(belief.sent)")) != nil { belief.sent += 1 }
        }
    }

    /// Checks that what came back is what was sent, in order, each once; all of it when everything has come to rest.
    func checkEchoes(hasSettled: Bool) {
        belief.withLock { belief in
            guard let socket = belief.socket else { return }
            let heard = socket.texts
            let sent = (0..<belief.sent).map(String.init)
            if !sent.starts(with: heard) { violations.add("\(name): \(heard) came back of \(sent)") }
            if hasSettled, socket.end == nil, heard != sent { violations.add("\(name): only \(heard) of \(sent)") }
        }
    }

    /// Forgets the socket of a host that is gone.
    func forgetSocket() {
        checkEchoes(hasSettled: false)
        belief.withLock { $0.socket = nil }
    }

    /// Checks the alarms of this client's object, of which it alone sets any.
    func check(_ rings: [Ringing]) {
        guard setsAlarms else { return }
        belief.withLock { belief in
            for ring in rings {
                if ring.at < ring.scheduled { violations.add("\(name): an alarm rang before its time") }
                if !belief.asked.contains(ring.scheduled) { violations.add("\(name): an alarm that nobody set") }
            }
            if let due = belief.alarm, !rings.contains(where: { $0.scheduled == due }) {
                violations.add("\(name): the alarm of \(due) never rang")
            }
        }
    }
}
