/// Something that enters an object: a call, a request, an alarm, a socket's message.
///
/// Isolation: `run` is called on the object's cell; `fail` and `leave` may be called from any thread. An event is
/// answered once: by its own end, or by the reset of the object, whichever comes first.
package class ObjectEvent: @unchecked Sendable {
    // Safe because its one member is set before another thread has the event, and each subclass says why it may be shared.
    init() {}

    /// Where its time goes and in which object, while somebody wants to know; set before it is submitted anywhere else.
    // Safe because it is set by the thread that makes the event known to its cell, before that.
    final var timed: (timing: EventTiming, cell: ObjectCell)?

    /// What is called, for figures.
    var call: String { "event" }

    /// Whether it belongs to what this process keeps for the object, and so enters here or not at all.
    package var staysHere: Bool { false }

    /// Its answer leaves now.
    final func tellFigures(hasFailed: Bool) {
        guard let timed else { return }
        self.timed = nil
        timed.cell.host.observer.tell(timed.timing.figures(of: call, in: timed.cell, hasFailed: hasFailed))
    }

    /// Does the event's work and hands the answer to the object's output gate; errors are part of the answer.
    func run(in incarnation: Incarnation) async {}

    /// Answers the event with an error, unless it was answered.
    func fail(_ error: any Error) {}

    /// Answers the event with an error, unless it was answered; for who has taken it.
    package final func refuse(_ error: any Error) { fail(error) }

    func forwarded(to cell: ObjectCell, carrying handles: any HandleCarrier) throws -> ForwardedCall {
        throw DurableObjectError(.elsewhere, "The object is on another node, which has to be asked for this: \(call).")
    }

    /// The event as another node gets it; throws for what belongs to this process alone.
    package final func forwardable(to cell: ObjectCell, carrying handles: any HandleCarrier) throws -> ForwardedCall {
        try forwarded(to: cell, carrying: handles)
    }

    /// Another node has answered: the encoded result, and what decoders of it find.
    func answered(_ bytes: [UInt8], _ userInfo: [CodingUserInfoKey: any Sendable]) {}

    /// Another node has answered with an encoded result.
    package final func answered(_ bytes: [UInt8], carrying handles: any HandleCarrier) {
        answered(bytes, handles.userInfo)
    }

    /// Sends the answer that `run` has kept: the output gate lets it pass, or says why it never will.
    func leave(_ broken: DurableObjectError?) {}
}
