/// What a link knows of one of its streams.
struct LinkStreamState: Sendable {
    struct Message: Sendable {
        let bytes: [UInt8]
        /// It was queued only when there was credit.
        let isPatient: Bool

        var cost: Int { LinkStreamState.cost(bytes: bytes.count) }
    }

    /// What messages take of a window: their bytes, and something for being messages.
    static func cost(bytes: Int, messages: Int = 1) -> Int { bytes + 32 * messages }

    /// Kind and deadline, until the opening message has left.
    var opening: (kind: UInt8, deadline: UInt64?)?
    var outgoing = LinkQueue<Message>()
    /// How much of the first message has left.
    var sent = 0
    /// What the messages in `outgoing` cost; an opening message costs nothing.
    var queued = 0
    var credit: Int
    /// Whether it waits for its turn.
    var isReady = false
    var finishes = false
    var hasFinished = false
    /// Whether it stands while the link does.
    var stands = false

    /// Whether the other side sends no more.
    var hasEnded = false
    /// How much more the other side may send.
    var allowance: Int
    /// What came of a message that is not whole.
    var incoming: [UInt8]?
    /// What its reader has not consumed.
    var unconsumed = 0
    /// What its reader has consumed without the other side knowing.
    var unreported = 0

    init(credit: Int, allowance: Int) {
        self.credit = credit
        self.allowance = allowance
    }

    /// Whether it has something that may leave.
    var maySend: Bool {
        guard opening == nil else { return false }
        return outgoing.isEmpty ? finishes && !hasFinished : sent > 0 || credit > 0
    }
}
