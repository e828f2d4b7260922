import Cluster
import DurableActors
import DurableActorsTestKit

/// Two sessions and the wire between them, which the test may read and change.
struct SessionPair {
    /// What one side has said.
    struct Side {
        var session: LinkSession
        var events: [LinkEvent] = []
        /// Everything it has sent.
        var sent: [UInt8] = []

        var end: LinkEnd? {
            for case .over(let reason) in events { return reason }
            return nil
        }

        mutating func take(now: UInt64) -> [UInt8] {
            let bytes = session.takeOutput(atMost: .max, now: now)
            sent += bytes
            events += session.takeEvents()
            return bytes
        }
    }

    var dialler: Side
    var acceptor: Side
    var now: UInt64 = 0
    var welcomes = true

    init(
        secrets: (String, String) = ("secret", "secret"),
        names: (String, String) = ("a", "b"),
        wanted: String = "b",
        limits: LinkLimits = LinkLimits(),
        seed: UInt64 = 1
    ) {
        let random = SeededRandom(seed: seed)
        let ends = [(names.0, secrets.0, Optional(wanted)), (names.1, secrets.1, nil)]
        let sessions = ends.map { name, secret, to in
            LinkSession(
                LinkIdentity(name: name, incarnation: random.next(), secret: Array(secret.utf8)),
                to: to,
                epoch: 5,
                attempt: 1,
                nonce: random.bytes(32),
                limits: limits,
                now: 0
            )
        }
        (dialler, acceptor) = (Side(session: sessions[0]), Side(session: sessions[1]))
    }

    /// Lets both talk until neither has anything to say.
    mutating func talk() {
        while true {
            let there = dialler.take(now: now)
            acceptor.session.receive(there, now: now)
            acceptor.events += acceptor.session.takeEvents()
            if welcomes, acceptor.events.contains(where: { if case .proved = $0 { true } else { false } }) {
                acceptor.session.welcome(attempts: 0)
            }
            let back = acceptor.take(now: now)
            dialler.session.receive(back, now: now)
            dialler.events += dialler.session.takeEvents()
            if there.isEmpty, back.isEmpty { return }
        }
    }

    var standsForBoth: Bool {
        [dialler, acceptor].allSatisfy { side in
            side.events.contains { if case .established = $0 { true } else { false } }
        }
    }
}
