/// What was sent on one stream in one direction, and what was heard of it.
struct StreamRecord: Sendable {
    var sent: [[UInt8]] = []
    var hasFinished = false
    var heard: [[UInt8]] = []
    var hasEnded = false
    var failures = 0

    /// What is wrong with it, where `isLossless` says that nothing was cut or reset.
    func violations(isLossless: Bool) -> [String] {
        var found: [String] = []
        if heard.count > sent.count || zip(heard, sent).contains(where: { $0 != $1 }) {
            found.append("What was heard is not the beginning of what was sent")
        }
        if hasEnded, !hasFinished { found.append("An end was heard that was not said") }
        if hasEnded, heard.count < sent.count { found.append("The end was heard before all messages were") }
        if failures > 1 { found.append("It failed twice") }
        guard isLossless else { return found }
        if failures > 0 { found.append("It failed for no reason") }
        if heard.count < sent.count { found.append("Messages were lost for no reason") }
        if hasEnded != hasFinished { found.append("The end was lost for no reason") }
        return found
    }
}
