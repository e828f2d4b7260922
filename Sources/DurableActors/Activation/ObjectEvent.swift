/// Something that enters an object: a call, a request, an alarm, a socket's message.
///
/// Isolation: `run` is called on the object's cell; `fail` and `leave` may be called from any thread. An event is
/// answered once: by its own end, or by the reset of the object, whichever comes first.
package class ObjectEvent: @unchecked Sendable {
    // Safe because the class has no state of its own, and each subclass says why it may be shared.
    init() {}

    /// Does the event's work and hands the answer to the object's output gate; errors are part of the answer.
    func run(in incarnation: Incarnation) async {}

    /// Answers the event with an error, unless it was answered.
    func fail(_ error: any Error) {}

    /// Sends the answer that `run` has kept: the output gate lets it pass, or says why it never will.
    func leave(_ broken: DurableObjectError?) {}
}
