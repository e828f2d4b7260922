import DurableActors
import DurableActorsTestKit

/// A client of one node, which ends with it: it talks to scribes by calls and over sockets.
final class ScribeClient {
    typealias Scribes = DurableObjectNamespace<Scribe>

    /// A socket, over which numbers are said in their order.
    private final class Session {
        let name: String
        let object: String
        let connecting: SimulatedTask<TestSocket>
        var said = 0
        /// Whether the client's node has ended, and with it all that it has not heard yet.
        var isOver = false

        init(_ name: String, _ object: String, _ connecting: SimulatedTask<TestSocket>) {
            (self.name, self.object, self.connecting) = (name, object, connecting)
        }

        var socket: TestSocket? { try? connecting.result?.get() }  // One that was not to be had has no messages.
        var isOpen: Bool { !isOver && (socket.map { $0.end == nil } ?? (connecting.result == nil)) }
    }

    private let world: SimulatedWorld
    private let ledger: ScribeLedger
    private let random: SeededRandom
    private let names: [String]
    /// Where it calls in: at its node, or wrongly at one for each call.
    private var doors: [Scribes]
    /// A stub of each object with its number, until a call through it fails.
    private var stubs: [String: (stub: Scribe, number: Int)] = [:]
    private var calls: [SimulatedTask<Void>] = []
    private var sessions: [Session] = []
    private var lastStub: Int

    init(_ number: Int, _ world: SimulatedWorld, _ ledger: ScribeLedger, _ names: [String], _ doors: [Scribes]) {
        (self.world, self.ledger, self.names, self.doors) = (world, ledger, names, doors)
        random = SeededRandom(seed: world.random.next())
        lastStub = number * 10_000
    }

    // MARK: Living

    /// Its node has been started anew: whatever the old one has not said is never heard.
    func restarted(_ objects: Scribes) {
        doors = [objects]
        (stubs, calls) = ([:], [])
        for session in sessions { session.isOver = true }
    }

    /// Does something at random.
    func step() {
        let name = names[random.below(names.count)]
        switch random.below(10) {
        case 0..<5: say(to: name, 1 + random.below(3))
        case 5, 6: remind(name)
        case 7: read(name)
        default: if sessions.count(where: \.isOpen) < 3 { connect(to: name) }
        }
        for session in sessions where session.isOpen { say(on: session) }
    }

    private func any(_ name: String) -> Scribe { doors[random.below(doors.count)].getByName(name) }

    private func stub(_ name: String) -> (stub: Scribe, number: Int) {
        if let old = stubs[name], !ledger.isBroken(old.number) {
            return doors.count == 1 ? old : (any(name), old.number)
        }
        lastStub += 1
        let new = (any(name), lastStub)
        stubs[name] = new
        return new
    }

    private func begin(_ name: String, _ body: @escaping @Sendable (Scribe, Int) async throws -> Void) {
        let ((stub, number), ledger) = (stub(name), ledger)
        calls.append(
            world.start {
                do {
                    try await body(stub, number)
                } catch {
                    ledger.failed(error, on: number)
                }
            }
        )
    }

    /// Says numbers without waiting for what comes back.
    private func say(to name: String, _ count: Int) {
        let pause = Int64(random.below(2) == 0 ? random.below(20) : 0)
        begin(name) { [ledger] stub, number in
            try await withThrowingTaskGroup { group in
                for _ in 0..<count {
                    group.addImmediateTask {
                        let said = ledger.number(of: number)
                        ledger.noted(said, at: try await stub.note(said, milliseconds: pause), by: name)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private func remind(_ name: String) {
        let delay = Int64(random.below(200))
        begin(name) { [ledger] stub, number in
            let alarm = ledger.number(of: number)
            try await stub.remind(alarm, milliseconds: delay)
            ledger.promised(alarm)
        }
    }

    private func read(_ name: String) {
        begin(name) { [ledger] stub, _ in ledger.found(try await stub.notes(), of: name, isEnd: false) }
    }

    private func connect(to name: String) {
        lastStub += 1
        let (stub, session) = (any(name), "\(lastStub)")
        let connecting = world.start { try await TestSocket.connect(to: stub, "http://x/\(session)") }
        sessions.append(Session(session, name, connecting))
    }

    private func say(on session: Session) {
        guard let socket = session.socket else { return }
        do {
            try socket.send("\(session.said)")
            session.said += 1
        } catch {
            ledger.failed(error, on: nil)
        }
    }

    // MARK: Looking

    /// What is not right with what it said over sockets, when everything has come to rest.
    func finish(_ heard: (_ object: String, _ session: String) throws -> [String]) throws {
        if calls.contains(where: { $0.result == nil }) { ledger.fail("a call never ends") }
        for session in sessions {
            let said = (0..<session.said).map { "\($0)" }
            let (heard, answers) = (try heard(session.object, session.name), session.socket?.texts ?? [])
            if !said.starts(with: heard) || !heard.starts(with: answers) {
                ledger.fail("on socket \(session.name) was said \(said), heard \(heard) and answered \(answers)")
            }
            if session.isOpen, session.socket == nil { ledger.fail("a socket never comes") }
            if session.isOpen, answers.count < said.count { ledger.fail("socket \(session.name) has not told all") }
        }
    }
}
