/// Which of several connections between two nodes is their link: a rule that both sides follow without asking.
///
/// A connection is the link once the side that was connected to has said welcome. It does not while its own attempt may be
/// taken by the other side at this moment, if its name is the lesser one: then it holds the other connection until it
/// knows. The greater one says welcome at once and gives its own attempt up, and each welcome says up to which attempt
/// that is. So no connection is given up that either side has opened streams on, and an attempt that was given up but is
/// still on its way is known when it arrives.
struct LinkElection: Sendable {
    enum Verdict: Equatable {
        case accept
        case hold
        case refuse
    }

    /// Whether the own name is the lesser one.
    let isLesser: Bool
    /// The peer's process, and its last attempt that counts no more.
    private var past: (incarnation: UInt64, attempt: UInt64)?

    init(own: String, peer: String) { isLesser = Self.precedes(own, peer) }

    /// What becomes of a connection whose other side has proved itself.
    ///
    /// `givesUp` is asked where it is the own attempt that has to go, and says false where the other side may take it.
    func judge(_ hello: LinkHello, givesUp: () -> Bool) -> Verdict {
        if let past, past.incarnation == hello.incarnation, hello.attempt <= past.attempt { return .refuse }
        return isLesser && !givesUp() ? .hold : .accept
    }

    /// A connection has become the link; the peer's attempts up to this one count no more.
    mutating func established(_ hello: LinkHello, attempts: UInt64) {
        if let past, past.incarnation == hello.incarnation, past.attempt >= attempts { return }
        past = (hello.incarnation, attempts)
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
